"""Counts of ended handoffs by day, queue and agent."""

from collections.abc import Sequence
from functools import partial

import pytest
from msgspec.structs import replace

from chalicelib.domain.conversation.commands import Claim, Pause, Unpause, UserMessage
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Outcome, Request
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.report import Tally, sum_tallies
from chalicelib.usecases.records.reports import DayTally, EndedHandoff, RatedHandoff, RefusedLeak
from tests.contract.failures.faults import FOR_EVER, answer_is_lost, cancelled, faulty
from tests.contract.store_setup import ADDRESS, ANA, BOT, CID, DEMO, act, at_once, other, said_times
from tests.support.engines import Stores

COUNT = "TransactWriteItems"
DAY = "2026-01-31"
ONE: Tally = {"handoffs": 1, "outcome_resolved": 1, "length_ms": 10**12}


def ended(
    stores: Stores,
    number: int = 0,
    *,
    day: str = DAY,
    queue: str | None = "sales",
    agent: str | None = "ana",
    tally: Tally = ONE,
) -> EndedHandoff:
    """A handoff that there is, as it may be counted."""
    head = act(stores, DEMO, other(ADDRESS, number), Pause(Request(queue=queue)))
    assert head.handoff_id
    return EndedHandoff(BOT, head.handoff_id, day, queue, agent, tally)


def by_queue(stores: Stores, first: str = DAY, last: str = DAY) -> Sequence[DayTally]:
    return stores.reports.by_queue(BOT, first, last)


def test_a_report_without_ended_handoffs_is_empty(stores: Stores) -> None:
    assert by_queue(stores, "2000-01-01", "2999-12-31") == []
    assert stores.reports.by_agent(BOT, "2000-01-01", "2999-12-31") == []


def test_a_handoff_is_counted_for_its_queue_and_for_its_agent(stores: Stores) -> None:
    stores.reports.count_handoff(ended(stores))

    assert by_queue(stores) == [DayTally(DAY, "sales", ONE)]
    assert stores.reports.by_agent(BOT, DAY, DAY) == [DayTally(DAY, "ana", ONE)]


def test_a_handoff_and_its_rating_are_counted_for_their_channel(stores: Stores) -> None:
    one = replace(ended(stores), channel="web")
    stores.reports.count_handoff(one)
    stores.reports.count_rating(replace(rated(one, 7, 5), channel="web"))

    counted = {**ONE, "rating_5": 1}
    assert stores.reports.by_channel(BOT, DAY, DAY) == [DayTally(DAY, "web", counted)]
    assert by_queue(stores) == [DayTally(DAY, "sales", counted)]


def test_a_handoff_without_queue_and_agent_is_counted_too(stores: Stores) -> None:
    stores.reports.count_handoff(ended(stores, queue=None, agent=None))

    assert by_queue(stores) == [DayTally(DAY, None, ONE)]
    assert stores.reports.by_agent(BOT, DAY, DAY) == []


def test_a_handoff_counts_once_however_often_it_is_reported(stores: Stores) -> None:
    one = ended(stores)
    for _ in range(3):
        stores.reports.count_handoff(one)

    assert by_queue(stores) == [DayTally(DAY, "sales", ONE)]


def test_a_handoff_that_is_reported_concurrently_counts_once(stores: Stores) -> None:
    one = ended(stores)

    at_once([partial(stores.reports.count_handoff, one) for _ in range(6)])

    assert by_queue(stores) == [DayTally(DAY, "sales", ONE)]


def test_handoffs_that_end_at_once_are_all_counted(stores: Stores) -> None:
    several = [ended(stores, number) for number in range(6)]

    at_once([partial(stores.reports.count_handoff, one) for one in several])

    assert by_queue(stores) == [DayTally(DAY, "sales", sum_tallies([ONE] * 6))]


def test_a_handoff_that_there_is_not_is_not_counted(stores: Stores) -> None:
    ghost = EndedHandoff(BOT, "h_" + "a" * 26 + "_1", DAY, "sales", "ana", ONE)

    stores.reports.count_handoff(ghost)

    assert by_queue(stores) == []


def test_a_later_count_adds_only_what_was_not_counted_before(stores: Stores) -> None:
    stores.reports.count_handoff(ended(stores, 1, tally={"handoffs": 1, "leaks": 2}))
    stores.reports.count_handoff(ended(stores, 2, tally={"handoffs": 1, "claim_3": 1}))

    (found,) = by_queue(stores)

    assert found.tally == {"handoffs": 2, "leaks": 2, "claim_3": 1}


def test_days_are_counted_apart_and_both_ends_are_within(stores: Stores) -> None:
    for number, day in enumerate(["2026-01-30", DAY, "2026-02-01", "2026-02-02"]):
        stores.reports.count_handoff(ended(stores, number, day=day))

    found = by_queue(stores, DAY, "2026-02-01")

    assert [each.day for each in found] == [DAY, "2026-02-01"]


def test_queues_and_agents_with_any_name_are_counted_apart(stores: Stores) -> None:
    names = [None, "A", "Q", "a#b", "a", "~", "ñ" * 16]
    for number, name in enumerate(names):
        stores.reports.count_handoff(ended(stores, number, queue=name, agent=name))

    of_queues = {found.group for found in by_queue(stores)}
    of_agents = {found.group for found in stores.reports.by_agent(BOT, DAY, DAY)}

    assert of_queues == set(names)
    assert of_agents == set(names) - {None}


def test_another_bot_counts_nothing_of_it(stores: Stores) -> None:
    stores.reports.count_handoff(ended(stores))

    assert stores.reports.by_queue("other", DAY, DAY) == []
    assert stores.reports.by_agent("other", DAY, DAY) == []


def rated(of: EndedHandoff, seq: int, score: int, *, day: str = DAY) -> RatedHandoff:
    return RatedHandoff(of.bot, of.handoff_id, seq, score, day, of.queue, of.agent)


def test_the_latest_rating_of_a_handoff_counts_in_whatever_order_they_come(
    stores: Stores,
) -> None:
    one = ended(stores)
    stores.reports.count_handoff(one)

    for seq, score in [(7, 2), (7, 2), (9, 5), (8, 1), (7, 2)]:
        stores.reports.count_rating(rated(one, seq, score))

    assert by_queue(stores) == [DayTally(DAY, "sales", {**ONE, "rating_5": 1})]
    assert stores.reports.by_agent(BOT, DAY, DAY) == [DayTally(DAY, "ana", {**ONE, "rating_5": 1})]


def test_a_rating_that_replaces_one_of_another_day_leaves_nothing_behind(stores: Stores) -> None:
    one = ended(stores, agent=None)
    stores.reports.count_rating(rated(one, 7, 2))
    stores.reports.count_rating(rated(one, 8, 4, day="2026-02-01"))

    found = by_queue(stores, DAY, "2026-02-01")

    assert [each.tally for each in found if each.tally] == [{"rating_4": 1}]


def test_ratings_that_are_counted_at_once_count_once(stores: Stores) -> None:
    one = ended(stores)

    at_once([partial(stores.reports.count_rating, rated(one, 7, score)) for score in [3] * 6])
    at_once([partial(stores.reports.count_rating, rated(one, seq, 4)) for seq in range(8, 14)])

    assert by_queue(stores) == [DayTally(DAY, "sales", {"rating_4": 1})]


def test_a_rating_of_a_handoff_that_there_is_not_is_not_counted(stores: Stores) -> None:
    ghost = RatedHandoff(BOT, "h_" + "a" * 26 + "_1", 7, 5, DAY, "sales", "ana")

    stores.reports.count_rating(ghost)

    assert by_queue(stores) == []


# On DynamoDB, where others are counted in the same row


def test_a_report_write_that_conflicts_is_retried(on_moto: Stores) -> None:
    one = ended(on_moto)

    with faulty(COUNT, cancelled("None", "TransactionConflict", "None"), times=3) as attempts:
        on_moto.reports.count_handoff(one)

    assert len(attempts) == 4
    assert by_queue(on_moto) == [DayTally(DAY, "sales", ONE)]


def test_a_report_write_that_always_conflicts_is_temporarily_unavailable(on_moto: Stores) -> None:
    one = ended(on_moto)

    with (
        faulty(COUNT, cancelled("TransactionConflict", "None", "None"), times=FOR_EVER),
        pytest.raises(TemporarilyUnavailable),
    ):
        on_moto.reports.count_handoff(one)

    on_moto.reports.count_handoff(one)
    assert by_queue(on_moto) == [DayTally(DAY, "sales", ONE)]


def test_a_count_whose_answer_is_lost_counts_once(on_moto: Stores) -> None:
    one = ended(on_moto)

    with faulty(COUNT, answer_is_lost) as attempts:
        on_moto.reports.count_handoff(one)

    assert len(attempts) == 2
    assert by_queue(on_moto) == [DayTally(DAY, "sales", ONE)]


# The user's own word


def test_a_word_that_ends_a_handoff_is_two_entries_and_one_commit(stores: Stores) -> None:
    said_times(stores, 1)
    handoff_id = act(stores, DEMO, ADDRESS, Pause()).handoff_id
    act(stores, ANA, ADDRESS, Claim())

    head = act(stores, DEMO, ADDRESS, UserMessage(Body(text="/end"), "m1", is_leave_word=True))

    assert head.status is Status.BOT
    assert stores.conversations.head(BOT, CID) == head
    entries = stores.conversations.entries_after(BOT, CID, 3, 10)
    assert [(e.seq, e.kind) for e in entries] == [(4, Kind.MESSAGE), (5, Kind.RETURNED)]
    handoff = stores.conversations.handoff(BOT, handoff_id or "")
    assert handoff is not None
    assert handoff.resumption is not None
    assert (handoff.returned_seq, handoff.resumption.outcome) == (5, Outcome.USER_LEFT)


def test_a_handoff_can_be_counted_when_it_has_ended(stores: Stores) -> None:
    one = ended(stores)
    act(stores, DEMO, other(ADDRESS, 0), Unpause())

    stores.reports.count_handoff(one)
    stores.reports.count_handoff(one)

    assert by_queue(stores) == [DayTally(DAY, "sales", ONE)]


# Leaks in no handoff


def leaked(stores: Stores, number: int = 0, day: str = DAY) -> RefusedLeak:
    """An entry that there is, as it may be counted."""
    head = act(stores, DEMO, other(ADDRESS, number), UserMessage(Body("Hello")))
    return RefusedLeak(BOT, head.id, head.last_seq, day)


def test_a_leak_outside_a_handoff_counts_once_in_the_report_of_its_day(stores: Stores) -> None:
    leak = leaked(stores, 1)
    stores.reports.count_handoff(ended(stores, queue=None, agent=None))

    for _ in range(2):
        stores.reports.count_leak(leak)
    stores.reports.count_leak(leaked(stores, 2))

    assert by_queue(stores) == [DayTally(DAY, None, {**ONE, "leaks": 2})]


def test_a_leak_that_is_in_no_log_does_not_count(stores: Stores) -> None:
    stores.reports.count_leak(replace(leaked(stores), seq=7))

    assert by_queue(stores) == []


def test_an_entry_that_was_counted_is_read_as_before(stores: Stores) -> None:
    leak = leaked(stores)
    before = stores.conversations.entries_after(BOT, leak.conversation_id, 0, 10)

    stores.reports.count_leak(leak)

    assert stores.conversations.entries_after(BOT, leak.conversation_id, 0, 10) == before
