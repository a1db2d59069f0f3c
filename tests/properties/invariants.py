"""Checks that hold for every stored conversation at every moment, from its rows alone."""

from collections import Counter
from collections.abc import Iterator
from functools import reduce

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import Cause
from chalicelib.domain.conversation.entries import Entry, Kind, MessageLeft
from chalicelib.domain.conversation.head import Head, Status, new_head
from chalicelib.domain.conversation.timers import deadlines
from tests.properties.three_bots import PEOPLE
from tests.support.fold import fold
from tests.support.memory import MemoryTable
from tests.support.memory.table import Thread

BOT, WAITING, AGENT = Status.BOT, Status.WAITING, Status.AGENT

DIAGRAM = {
    Kind.REQUESTED: {(BOT, WAITING)},
    Kind.CLAIMED: {(WAITING, AGENT)},
    Kind.RELEASED: {(AGENT, WAITING)},
    Kind.TRANSFERRED: {(WAITING, WAITING), (WAITING, AGENT), (AGENT, AGENT), (AGENT, WAITING)},
    Kind.RETURNED: {(WAITING, BOT), (AGENT, BOT)},
}


def log(thread: Thread) -> list[Entry]:
    return [thread.entries[seq] for seq in sorted(thread.entries)]


def moments(thread: Thread) -> Iterator[tuple[Head, Entry, Head]]:
    """Each entry, between the head before it and the head after it, as the log tells them."""
    head = beginning(thread)
    for entry in log(thread):
        after = fold(head, entry)
        yield head, entry, after
        head = after


def beginning(thread: Thread) -> Head:
    return new_head(thread.head.address, thread.head.created_at)


def at_most_one_handoff_is_open(thread: Thread) -> None:
    """I1"""
    still_open = [h.id for h in thread.handoffs.values() if h.returned_at is None]
    assert still_open == ([thread.head.handoff_id] if thread.head.handoff_id else [])


def the_log_has_no_gap_and_no_message_twice(thread: Thread) -> None:
    """I3"""
    entries = log(thread)
    said = [
        (e.sender, e.record.message_id)
        for e in entries
        if e.kind is Kind.MESSAGE and e.record.message_id
    ]
    assert [e.seq for e in entries] == list(range(1, thread.head.last_seq + 1))
    assert len(said) == len(set(said))


def head_log_and_handoff_tell_the_same(thread: Thread) -> None:
    """I8"""
    head = thread.head
    told = reduce(fold, log(thread), beginning(thread))
    assert (told.status, told.epoch, told.owner, told.queue, told.priority) == (
        (head.status, head.epoch, head.owner, head.queue, head.priority)
    )
    assert (told.handoff, told.waiting_since, told.tags, told.last_message, told.leaks) == (
        (head.handoff, head.waiting_since, head.tags, head.last_message, head.leaks)
    )
    if head.handoff_id:
        row = thread.handoffs[head.handoff_id]
        assert row.request.queue == head.queue
        assert head.owner in (None, row.owner)


def agents_spoke_as_owners(thread: Thread) -> None:
    """I10"""
    for before, entry, _ in moments(thread):
        if entry.kind is Kind.MESSAGE and entry.sender is From.AGENT:
            assert entry.author == before.owner
            assert entry.epoch == before.epoch


def only_arrows_of_the_diagram_occur(thread: Thread) -> None:
    """I13"""
    for before, entry, after in moments(thread):
        arrow = (before.status, after.status)
        if entry.kind not in DIAGRAM or is_left_message(entry):
            assert arrow[0] == arrow[1]
            assert after.epoch == before.epoch
        else:
            assert arrow in DIAGRAM[entry.kind]
            # Who pauses for themself does two things in one commit, and one epoch.
            at_once = is_in_one_commit(thread, entry) and entry.kind is Kind.CLAIMED
            assert after.epoch - before.epoch == (0 if at_once else 1)


def is_left_message(entry: Entry) -> bool:
    return isinstance(entry.content, MessageLeft)


def is_in_one_commit(thread: Thread, entry: Entry) -> bool:
    """With the entry before it."""
    ids = thread.command_ids
    return ids[entry.seq] == ids.get(entry.seq - 1)


def the_bot_is_silent_while_a_person_is_wanted(thread: Thread) -> None:
    """I4, as far as one log shows it."""
    for before, entry, _ in moments(thread):
        if entry.kind is Kind.MESSAGE and entry.sender is From.BOT:
            assert before.status is BOT


def nobody_owns_more_than_they_may(table: MemoryTable) -> None:
    """I15; and what is counted is what is owned."""
    owned = Counter(
        (bot, thread.head.owner_id)
        for (bot, _), thread in table.threads.items()
        if thread.head.owner_id
    )
    counted = {who: count for who, count in table.open_counts.items() if count}
    assert counted == dict(owned)
    for (_, person), count in table.open_counts.items():
        capacity = PEOPLE[person].capacity
        assert capacity is None or count <= capacity


def the_due_time_is_never_after_the_earliest_deadline(thread: Thread) -> None:
    """The agent-lost timer counts from the owner's last sign of life, which is not in the head: a
    sweep may move it later."""
    head = thread.head
    fixed = (each for each in deadlines(head) if each.command.cause is not Cause.AGENT_LOST)
    times = [deadline.at for deadline in fixed]
    if times:
        assert head.timing.due_at is not None
        assert head.timing.due_at <= min(times)
    if not head.paused:
        assert head.timing.due_at is None


OF_A_CONVERSATION = (
    at_most_one_handoff_is_open,
    the_log_has_no_gap_and_no_message_twice,
    head_log_and_handoff_tell_the_same,
    agents_spoke_as_owners,
    only_arrows_of_the_diagram_occur,
    the_bot_is_silent_while_a_person_is_wanted,
    the_due_time_is_never_after_the_earliest_deadline,
)
