"""Readers of other products' databases, for an import as a bot of Baton."""
