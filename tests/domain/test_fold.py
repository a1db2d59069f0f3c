"""A copy of the head that follows the log is the head: live view equals reload."""

from functools import reduce

import pytest
from hypothesis import given
from msgspec.structs import replace

from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import (
    UNTIMED,
    Head,
    Owned,
    Status,
    Waiting,
    WithBot,
    new_head,
)
from tests.domain.cast import ADDRESS, HEADS, NOW, ask
from tests.domain.state_table import CALLERS, COMMANDS, TABLE, Refuses
from tests.domain.walks import WALKS, Steps
from tests.support.fold import fold


def known_from_the_log(head: Head) -> Head:
    """The head without what the log does not tell: the user's profile and the deadlines."""
    head = replace(head, user_name=None, profile=None)
    match head:
        case Owned():
            return replace(head, timing=UNTIMED, turn_started_at=0)
        case Waiting():
            return replace(head, timing=UNTIMED)
        case WithBot():
            return head


MOVES = [
    (command, status, caller)
    for (command, status), row in TABLE.items()
    for caller, outcome in row.items()
    if not isinstance(outcome, Refuses)
]


@pytest.mark.parametrize(("command", "status", "caller"), MOVES)
def test_every_move_of_the_table_can_be_followed_in_the_log(
    command: str, status: Status, caller: str
) -> None:
    head = HEADS[status]

    decision = ask(head, COMMANDS[command], CALLERS[caller])

    folded = reduce(fold, decision.entries, head)
    assert known_from_the_log(folded) == known_from_the_log(decision.head)


@given(WALKS)
def test_the_head_before_and_its_entries_give_the_head_after(walk: Steps) -> None:
    for step in walk:
        folded = reduce(fold, step.decision.entries, step.before)

        assert known_from_the_log(folded) == known_from_the_log(step.decision.head)


@given(WALKS)
def test_the_whole_log_from_the_beginning_gives_the_head(walk: Steps) -> None:
    entries: list[Entry] = []
    head: Head = new_head(ADDRESS, NOW)

    for step in walk:
        entries += step.decision.entries
        head = step.decision.head

    beginning: Head = new_head(ADDRESS, NOW)
    folded = reduce(fold, entries, beginning)
    assert known_from_the_log(folded) == known_from_the_log(head)
