"""What happens: load, decide, commit. The world is reached through the ports alone."""
