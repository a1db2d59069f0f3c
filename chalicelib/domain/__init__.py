"""Pure decisions over plain values: no clock, no I/O, and no library but msgspec."""
