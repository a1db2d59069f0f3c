"""Every cell of the state table: each command, in each status, from each kind of caller."""

from copy import deepcopy
from itertools import product
from typing import get_args

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import Command
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Kind, Rated
from chalicelib.domain.conversation.handoff import HandoffChange, Outcome, Rating
from chalicelib.domain.conversation.head import UNTIMED, Head, Owned, Status, Waiting, WithBot
from tests.domain.cast import ADDRESS, HANDOFF_ID, HEADS, NOW, ask
from tests.domain.state_table import (
    CALLERS,
    COMMANDS,
    TABLE,
    Adds,
    Becomes,
    Corrects,
    Erases,
    Leaks,
    Offers,
    Rates,
    Refuses,
    Unchanged,
)
from tests.domain.state_table import Outcome as TableOutcome

CELLS = [
    (command, status, caller, outcome)
    for (command, status), row in TABLE.items()
    for caller, outcome in row.items()
]


def cells(kind: type[TableOutcome]) -> pytest.MarkDecorator:
    """The cells of one kind of outcome, as (head, command, caller, outcome)."""
    wanted = [cell for cell in CELLS if isinstance(cell[3], kind)]
    return pytest.mark.parametrize(
        ("head", "command", "caller", "outcome"),
        [
            pytest.param(
                HEADS[status],
                COMMANDS[command],
                CALLERS[caller],
                outcome,
                id=f"{command} by {caller} while {status}",
            )
            for command, status, caller, outcome in wanted
        ],
    )


def test_the_table_has_a_cell_for_every_command_status_and_caller() -> None:
    described = {(command, status, caller) for command, status, caller, _ in CELLS}
    spoken_of = {type(command) for command in COMMANDS.values()}

    assert described == set(product(COMMANDS, Status, CALLERS))
    assert spoken_of == set(get_args(Command))


@cells(Becomes)
def test_a_move_changes_who_may_speak_and_raises_the_epoch_by_one(
    head: Head, command: Command, caller: Caller, outcome: Becomes
) -> None:
    after = ask(head, command, caller).head

    assert (after.status, after.owner_id, after.queue) == (
        outcome.status,
        outcome.owner,
        outcome.queue,
    )
    assert after.epoch == head.epoch + 1
    assert after.paused == (after.handoff is not None)
    assert (after.waiting_since is not None) == (after.status is Status.WAITING)


@cells(Becomes)
def test_a_move_is_written_into_the_log_with_the_new_epoch(
    head: Head, command: Command, caller: Caller, outcome: Becomes
) -> None:
    decision = ask(head, command, caller)

    assert [entry.kind for entry in decision.entries] == list(outcome.kinds)
    assert {entry.epoch for entry in decision.entries} == {head.epoch + 1}
    assert_numbered(head, decision)
    assert_signed(caller, decision)


@cells(Becomes)
def test_a_move_changes_the_load_of_the_agents_concerned(
    head: Head, command: Command, caller: Caller, outcome: Becomes
) -> None:
    decision = ask(head, command, caller)

    assert [
        (capacity_change.agent, capacity_change.delta)
        for capacity_change in decision.capacity_changes
    ] == list(outcome.capacity_changes)
    assert decision.refusal is None


@cells(Adds)
def test_other_commands_add_one_entry_and_leave_the_turn_alone(
    head: Head, command: Command, caller: Caller, outcome: Adds
) -> None:
    decision = ask(head, command, caller)

    assert [entry.kind for entry in decision.entries] == [outcome.kind]
    assert decision.entries[0].epoch == head.epoch
    assert_numbered(head, decision)
    assert turn(decision.head) == turn(head)
    assert (decision.capacity_changes, decision.changed, decision.refusal) == ((), None, None)


@cells(Corrects)
def test_a_correction_adds_an_entry_changes_the_handoff_and_leaves_the_turn_alone(
    head: Head, command: Command, caller: Caller, outcome: Corrects
) -> None:
    decision = ask(head, command, caller)
    after = decision.head

    assert [entry.kind for entry in decision.entries] == [outcome.kind]
    assert_numbered(head, decision)
    assert (after.status, after.epoch, after.owner, after.queue) == (
        head.status,
        head.epoch,
        head.owner,
        head.queue,
    )
    assert after.handoff
    assert (after.handoff.reason, after.priority) == ("two refunds", 5)
    assert decision.changed == HandoffChange(after.handoff.id, reason="two refunds", priority=5)
    assert (decision.capacity_changes, decision.refusal) == ((), None)


@cells(Rates)
def test_a_rating_is_the_users_entry_and_is_stored_with_the_handoff(
    head: Head, command: Command, caller: Caller, outcome: Rates
) -> None:
    decision = ask(head, command, caller)
    (entry,) = decision.entries

    assert entry.content == Rated(HANDOFF_ID, 4, "Fine.")
    assert (entry.sender, entry.author.id) == (From.USER, ADDRESS.user)
    assert decision.changed == HandoffChange(HANDOFF_ID, rating=Rating(4, "Fine.", NOW))
    assert_numbered(head, decision)
    assert turn(decision.head) == turn(head)


@cells(Offers)
def test_an_offer_adds_an_entry_and_reserves_capacity_and_leaves_the_turn_alone(
    head: Head, command: Command, caller: Caller, outcome: Offers
) -> None:
    decision = ask(head, command, caller)

    assert [entry.kind for entry in decision.entries] == [outcome.kind]
    assert [
        (capacity_change.agent, capacity_change.delta)
        for capacity_change in decision.capacity_changes
    ] == [("cy", 0)]
    assert (decision.head.status, decision.head.epoch) == (head.status, head.epoch)
    assert decision.head.owner == head.owner
    assert_numbered(head, decision)


@cells(Erases)
def test_an_erasure_empties_the_head_and_cancels_an_open_handoff(
    head: Head, command: Command, caller: Caller, outcome: Erases
) -> None:
    decision = ask(head, command, caller)
    after = decision.head

    assert [entry.kind for entry in decision.entries] == list(outcome.kinds)
    assert_numbered(head, decision)
    assert isinstance(after, WithBot)
    assert (after.id, after.is_erased, after.erased_seq) == (head.id, True, head.last_seq + 1)
    assert (after.address.user, after.address.thread, after.user_name) == ("", None, None)
    assert (after.last_message, after.tags, after.notes, after.profile) == (None, (), 0, None)
    assert after.epoch == head.epoch + (len(outcome.kinds) - 1)
    ended = decision.changed.resumption if decision.changed else None
    assert (ended.outcome if ended else None) == (Outcome.CANCELLED if head.paused else None)
    assert [(each.agent, each.delta) for each in decision.capacity_changes] == list(
        outcome.capacity_changes
    )


def test_an_erased_conversation_is_not_erased_twice() -> None:
    erased = ask(HEADS[Status.BOT], COMMANDS["erasure"], CALLERS["admin"]).head

    assert ask(erased, COMMANDS["erasure"], CALLERS["admin"]) == Decision(erased)


@cells(Unchanged)
def test_a_command_that_changes_nothing_succeeds_and_stores_nothing(
    head: Head, command: Command, caller: Caller, outcome: Unchanged
) -> None:
    decision = ask(head, command, caller)

    assert decision == Decision(head)


@cells(Refuses)
def test_an_illegal_move_is_refused_with_its_facts_and_changes_nothing(
    head: Head, command: Command, caller: Caller, outcome: Refuses
) -> None:
    untouched = deepcopy(head)

    with pytest.raises(outcome.error) as refused:
        ask(head, command, caller)

    assert refused.type is outcome.error
    assert outcome.facts.items() <= refused.value.facts.items()
    assert refused.value.message.endswith(".")
    assert head == untouched


@cells(Leaks)
def test_a_bot_message_out_of_turn_is_refused_and_marked_without_its_text(
    head: Head, command: Command, caller: Caller, outcome: Leaks
) -> None:
    decision = ask(head, command, caller)

    (entry,) = decision.entries
    assert (entry.kind, entry.sender) == (Kind.LEAK, From.BOT)
    assert "hello" not in repr(decision)
    assert isinstance(decision.refusal, outcome.error)
    assert outcome.facts.items() <= decision.refusal.facts.items()
    assert turn(decision.head) == turn(head)
    assert decision.head.leaks == head.leaks + 1
    assert_numbered(head, decision)


def turn(head: Head) -> Head:
    """All of the head but what every entry, and every tag or message, may move."""
    head = replace(head, last_seq=0, updated_at=0, last_message=None, tags=(), leaks=0)
    head = replace(head, heard_seq=None, notes=0, owed_seq=None)
    match head:
        case Owned():
            return replace(head, timing=UNTIMED, turn_started_at=0, snoozed_until=None)
        case Waiting():
            return replace(head, timing=UNTIMED)
        case WithBot():
            return head


def assert_numbered(head: Head, decision: Decision) -> None:
    """The log goes on without a gap, and the head knows where it ends, and when."""
    first = head.last_seq + 1
    seqs = [entry.seq for entry in decision.entries]
    assert seqs == list(range(first, first + len(seqs)))
    assert (decision.head.last_seq, decision.head.updated_at) == (seqs[-1], NOW)
    assert {entry.at for entry in decision.entries} == {NOW}


def assert_signed(caller: Caller, decision: Decision) -> None:
    """A bot signs with its own name, whichever key it used."""
    author = "demo" if caller.id == "k1" else caller.id
    assert {entry.author.id for entry in decision.entries} == {author}
