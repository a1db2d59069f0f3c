"""A copy of the head that follows the log is the head: live view equals reload."""

from functools import reduce

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.head import (
    UNTIMED,
    Head,
    Owned,
    Status,
    Waiting,
    WithBot,
)
from tests.domain.cast import HEADS, ask
from tests.domain.state_table import CALLERS, COMMANDS, TABLE, Refuses
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
def test_the_entries_of_each_command_rebuild_its_head(
    command: str, status: Status, caller: str
) -> None:
    head = HEADS[status]

    decision = ask(head, COMMANDS[command], CALLERS[caller])

    folded = reduce(fold, decision.entries, head)
    assert known_from_the_log(folded) == known_from_the_log(decision.head)
