"""The rule for the parameters `Shards` and `FilledShards`."""

from collections.abc import Mapping

READ, WRITTEN = "Shards", "FilledShards"
"""How many partitions each list is read from, and how many of them are written to."""


def refusal(before: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    """Returns why the parameters must not change so, or None. `before` is empty for a new stack.

    While functions of both settings run, none may write to a partition that another one does not
    read.
    """
    read, written = _count(after, READ), _count(after, WRITTEN)
    read_before, written_before = _count(before, READ), _count(before, WRITTEN)
    if written > read:
        return (
            f"{WRITTEN}={written} is more than {READ}={read}: lists would miss what is written to "
            f"the partitions above {read}. Give both, for example {READ}={written}."
        )
    if not before:
        return None
    if read < read_before:
        return (
            f"{READ} must not be lowered from {read_before} to {read}: lists would miss the "
            f"conversations in the higher partitions. To write to fewer, lower {WRITTEN} only."
        )
    if written > max(read_before, written_before):
        return (
            f"{READ} and {WRITTEN} must be raised one after the other: for some seconds, functions "
            f"that read {read_before} partitions would miss what others write to {written}. Deploy "
            f"{READ}={read} first, with {WRITTEN}={written_before}, then {WRITTEN}={written}."
        )
    return None


def _count(parameters: Mapping[str, str], name: str) -> int:
    return int(parameters.get(name) or 1)
