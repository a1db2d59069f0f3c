"""How often the tests of `make chaos` repeat a fault; CI runs the short form."""

import os


def rounds(short: int) -> int:
    """`short`, times the environment variable CHAOS (1 by default; `make chaos` sets it)."""
    return short * int(os.environ.get("CHAOS", "1"))
