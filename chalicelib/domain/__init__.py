"""What is true: pure decisions over plain values. Standard library only; no clock, no I/O."""
