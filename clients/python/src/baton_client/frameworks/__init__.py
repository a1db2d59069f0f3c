"""Bots written with an agent framework. Each module needs the extra of its own name."""
