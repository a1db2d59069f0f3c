"""Which rows and partitions a handoff and the messages before it read and write, counted on the
product's own code, and what a line through two counts says of more agents."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.capacity.meter import Place, shown, size
from bench.cost import handoff_run
from bench.cost.handoff_run import PARTS, Used
from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.schema import INDEXES
from tests.budgets.scene import BOT

FEW, MORE = 1, 69
"""Agents online in the two plays that are counted; at 69 the list of connections has just begun
another 4 KB. Rounding takes up to a fifth away from what the list of members reads."""
PARTITIONS = {
    "S": "connections of a bot",
    "F": "webhook slots of a bot",
    "D": "webhook log of a bot",
    "R": "report counters of a bot",
}
Heat = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one part of a handoff: all that it uses, and its units by kind of place."""

    used: Used
    read: Heat
    written: Heat


Figures = Callable[[str, int], Counted]
"""Of a part, with so many agents of the bot online."""


def kind(place: Place) -> str:
    """What a row or partition is, whosever it is."""
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

    def figures(part: str, online: int) -> Counted:
        near, far, times = first[part], second[part], (online - few) / (more - few)
        return Counted(
            near.used + (far.used + near.used * -1) * times,
            _line(near.read, far.read, times),
            _line(near.written, far.written, times),
        )

    return figures


def _counted(online: int) -> dict[str, Counted]:
    counted = {}
    with handoff_run.playing(online) as play:
        for name, used in zip(PARTS, handoff_run.parts(play), strict=True):
            counted[name] = Counted(used, _by_kind(play.read_of), _by_kind(play.written_of))
            play.read_of.clear()
            play.written_of.clear()
    return counted


def _by_kind(units: Mapping[Place, float]) -> Heat:
    found: dict[str, float] = defaultdict(float)
    for place, amount in units.items():
        assert place[0].count(BOT) <= 1
        found[kind(place)] += amount
    return found


def _line(near: Heat, far: Heat, times: float) -> Heat:
    pairs = {each: (near.get(each, 0), far.get(each, 0)) for each in {*near, *far}}
    return {each: first + (last - first) * times for each, (first, last) in pairs.items()}


def sizes() -> dict[str, int]:
    """Bytes in each index, of a conversation that an agent owns and of its handoff."""
    with handoff_run.playing(0) as play:
        play.scene.own()
        rows = play.rows(keys.conversation(BOT, play.scene.cid))
    found = [(index, shown(row, index)) for row in rows for index in INDEXES]
    return {index: size(item) for index, item in found if item}
