"""Counts which rows and partitions a handoff and the messages before it read and write, and
extrapolates to more agents."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.capacity.meter import Place, projected, size
from bench.cost import handoff_run
from bench.cost.handoff_run import PARTS, Usage
from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.schema import INDEXES
from tests.budgets.scene import BOT

FEW, MORE = 1, 69
"""The agents online in the two counted runs. With 69 the list of connections has just exceeded 4
KB. Rounding makes the extrapolated reads of the member list up to a fifth too small."""
PARTITIONS = {
    "S": "connections of a bot",
    "F": "webhook slots of a bot",
    "D": "webhook log of a bot",
    "R": "report counters of a bot",
    "W": "a word of a bot",
}
UnitsByPlace = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PartUsage:
    """The usage of one part of a handoff, and its capacity units by kind of place."""

    used: Usage
    read: UnitsByPlace
    written: UnitsByPlace


Figures = Callable[[str, int], PartUsage]
"""The usage of a part with this number of the bot's agents online."""


def kind(place: Place) -> str:
    """The kind of a row or partition, without ids."""
    pk, sk = place
    index, _, partition = pk.rpartition(" ")
    if index:
        return f"index {index}, of {'all' if partition.startswith('DUE') else 'a bot'}"
    head, *rest = pk.split("#")
    if head == "B" and len(rest) > 1:
        return PARTITIONS.get(rest[1], "rows of a user" if rest[1] in "UXT" else "a conversation")
    if head == "B":
        return _of_bot(sk)
    return {"A": "a person", "K": "a bot's key", "S": "a connection"}.get(head, head)


def _of_bot(sk: str | None) -> str:
    if sk is None:
        return "members and queues of a bot"
    name = sk.partition("#")[0]
    return {"META": "row of a bot", "LOAD": "load of an agent"}.get(name, "row of a member")


def count(few: int = FEW, more: int = MORE) -> Figures:
    first, second = _counted(few), _counted(more)

    def figures(part: str, online: int) -> PartUsage:
        near, far, times = first[part], second[part], (online - few) / (more - few)
        return PartUsage(
            near.used + (far.used + near.used * -1) * times,
            _line(near.read, far.read, times),
            _line(near.written, far.written, times),
        )

    return figures


def _counted(online: int) -> dict[str, PartUsage]:
    counted = {}
    with handoff_run.handoff_run(online) as run:
        for name, used in zip(PARTS, handoff_run.parts(run), strict=True):
            counted[name] = PartUsage(used, _by_kind(run.read_of), _by_kind(run.written_of))
            run.read_of.clear()
            run.written_of.clear()
    return counted


def _by_kind(units: Mapping[Place, float]) -> UnitsByPlace:
    found: dict[str, float] = defaultdict(float)
    for place, amount in units.items():
        assert place[0].count(BOT) <= 1
        found[kind(place)] += amount
    return found


def _line(near: UnitsByPlace, far: UnitsByPlace, times: float) -> UnitsByPlace:
    pairs = {each: (near.get(each, 0), far.get(each, 0)) for each in {*near, *far}}
    return {each: first + (last - first) * times for each, (first, last) in pairs.items()}


def sizes() -> dict[str, int]:
    """The bytes in each index for one conversation with an owner and its handoff."""
    with handoff_run.handoff_run(0) as run:
        run.scene.own()
        rows = run.rows(keys.conversation(BOT, run.scene.cid))
    found = [(index, projected(row, index)) for row in rows for index in INDEXES]
    return {index: size(item) for index, item in found if item}
