"""Use cases: load, decide, commit. They reach the outside only through the ports."""
