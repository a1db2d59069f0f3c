"""Tallies of handoffs, their sums, and duration statistics."""

from datetime import datetime
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.entries import (
    Body,
    Claimed,
    Content,
    Entry,
    Kind,
    Leak,
    Message,
    Noted,
    Released,
    Requested,
    Returned,
    TransferredToAgent,
)
from chalicelib.domain.conversation.handoff import Handoff, Outcome, Request, Resumption
from chalicelib.domain.report import (
    BUCKET_BOUNDS,
    HANDOFF_LENGTH,
    TIME_TO_CLAIM,
    TIME_TO_FIRST_ANSWER,
    DurationStats,
    local_day,
    local_time,
    requests_by_hour,
    requests_by_weekday,
    sum_tallies,
    tally,
)
from tests.domain.cast import ADDRESS, HANDOFF_ID, NOW

ANA = Author("ana", "Ana")
SECOND = 1000
ENDED = Handoff(
    id=HANDOFF_ID,
    conversation_id=ADDRESS.conversation_id,
    bot="demo",
    request=Request(),
    requested_by=Author("demo", "Demo"),
    requested_at=NOW,
    opened_seq=3,
    owner=ANA,
    claimed_at=NOW + 20 * SECOND,
    returned_at=NOW + 700 * SECOND,
    returned_seq=9,
    resumption=Resumption(Outcome.RESOLVED),
)


SAID = Message(Body(text="hello"))
REQUESTED = Requested("h_1", None, 0, None, None)
CONTENTS: dict[Kind, Content] = {
    Kind.MESSAGE: SAID,
    Kind.REQUESTED: REQUESTED,
    Kind.CLAIMED: Claimed("h_1", ANA),
    Kind.RELEASED: Released("h_1", None, 0, NOW),
    Kind.TRANSFERRED: TransferredToAgent("h_1", ANA),
    Kind.RETURNED: Returned("h_1", 3, "resolved", None, None, None),
    Kind.LEAK: Leak("not_your_turn", 1),
    Kind.NOTE: Noted("hello"),
}


def entry(kind: Kind, sender: From = From.SYSTEM, after: int = 0) -> Entry:
    return Entry(4, sender, ANA, 2, NOW + after * SECOND, CONTENTS[kind])


def test_a_tally_has_the_outcome_and_the_durations_of_a_handoff() -> None:
    said = [entry(Kind.REQUESTED), entry(Kind.CLAIMED), entry(Kind.MESSAGE, From.AGENT, 45)]

    assert tally(ENDED, said) == {
        "handoffs": 1,
        "outcome_resolved": 1,
        "slot_3_0": 1,
        "messages": 1,
        "moves": 2,
        "claim_1": 1,
        "claim_ms": 20_000,
        "answer_2": 1,
        "answer_ms": 45_000,
        "length_6": 1,
        "length_ms": 700_000,
    }


def test_the_first_message_of_an_agent_is_the_first_answer() -> None:
    said = [
        entry(Kind.MESSAGE, From.USER, 1),
        entry(Kind.NOTE, From.AGENT, 2),
        entry(Kind.MESSAGE, From.AGENT, 30),
        entry(Kind.MESSAGE, From.AGENT, 60),
    ]

    assert DurationStats.of(tally(ENDED, said), TIME_TO_FIRST_ANSWER).mean == 30


def test_transfers_and_leaks_are_counted_from_the_log() -> None:
    said = [entry(kind) for kind in [Kind.TRANSFERRED] * 2 + [Kind.RELEASED] + [Kind.LEAK] * 3]

    counted = tally(ENDED, said)

    assert (counted["transfers"], counted["leaks"]) == (2, 3)


def test_a_handoff_that_was_never_claimed_has_no_time_to_claim() -> None:
    expired = replace(ENDED, owner=None, claimed_at=None, resumption=Resumption(Outcome.EXPIRED))

    counted = tally(expired, [])

    assert counted["outcome_expired"] == 1
    assert (
        DurationStats.of(counted, TIME_TO_CLAIM).count
        == DurationStats.of(counted, TIME_TO_FIRST_ANSWER).count
        == 0
    )
    assert DurationStats.of(counted, HANDOFF_LENGTH).count == 1


def test_a_claim_in_the_same_command_as_the_request_is_not_a_wait() -> None:
    taken = replace(ENDED, claimed_at=ENDED.requested_at)

    assert DurationStats.of(tally(taken, []), TIME_TO_CLAIM).count == 0


def test_a_left_message_has_an_outcome_and_no_length() -> None:
    left = replace(
        ENDED,
        owner=None,
        claimed_at=None,
        returned_at=NOW,
        returned_seq=3,
        resumption=Resumption(Outcome.MESSAGE_LEFT),
    )

    assert tally(left, []) == {"handoffs": 1, "outcome_message_left": 1, "slot_3_0": 1}


def test_tallies_are_added_name_by_name() -> None:
    assert sum_tallies([{"handoffs": 1, "leaks": 2}, {"handoffs": 4}, {}]) == {
        "handoffs": 5,
        "leaks": 2,
    }


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(0.001, 0), (10, 0), (10.001, 1), (30, 1), (86_400, 9), (86_401, 10), (10**7, 10)],
)
def test_a_duration_is_counted_in_the_bucket_that_includes_it(seconds: float, step: int) -> None:
    handoff = replace(ENDED, returned_at=NOW + int(seconds * SECOND))

    assert tally(handoff, [])[f"length_{step}"] == 1


def test_without_durations_there_is_no_mean_and_no_median() -> None:
    nothing = DurationStats.of({}, TIME_TO_CLAIM)

    assert (nothing.count, nothing.mean, nothing.median) == (0, None, None)


def test_a_median_in_the_last_bucket_is_the_last_bound() -> None:
    assert DurationStats.of({"claim_10": 5}, TIME_TO_CLAIM).median == BUCKET_BOUNDS[-1]


def test_durations_are_treated_as_evenly_spread_in_their_bucket() -> None:
    assert DurationStats.of({"claim_2": 4}, TIME_TO_CLAIM).median == 45
    assert DurationStats.of({"claim_0": 1, "claim_2": 3}, TIME_TO_CLAIM).median == 40


@given(st.lists(st.integers(1, 86_400), min_size=1, max_size=60))
def test_the_estimated_median_is_in_the_bucket_of_the_true_median(seconds: list[int]) -> None:
    counted = sum_tallies(
        tally(replace(ENDED, returned_at=NOW + each * SECOND), []) for each in seconds
    )

    estimated = DurationStats.of(counted, HANDOFF_LENGTH).median

    assert estimated is not None
    low, high = sorted(seconds)[(len(seconds) - 1) // 2], sorted(seconds)[len(seconds) // 2]
    assert low <= median(seconds) <= high
    assert floor_of(low) <= estimated <= ceiling_of(high)


def floor_of(seconds: int) -> int:
    return max((bound for bound in (0, *BUCKET_BOUNDS) if bound < seconds), default=0)


def ceiling_of(seconds: int) -> int:
    return min(bound for bound in BUCKET_BOUNDS if bound >= seconds)


@pytest.mark.parametrize(("after_s", "hour"), [(0, 0), (3599, 0), (3600, 1), (86_399, 23)])
def test_a_handoff_counts_for_the_hour_of_its_request(after_s: int, hour: int) -> None:
    asked = replace(ENDED, requested_at=NOW + after_s * SECOND)

    counted = requests_by_hour(tally(replace(asked, returned_at=NOW + 200_000 * SECOND), []))

    assert [at for at, count in enumerate(counted) if count] == [hour]
    assert len(counted) == 24


def test_a_handoff_counts_in_the_weekday_and_hour_of_the_team() -> None:
    """NOW is midnight between Wednesday and Thursday in UTC."""
    counted = {
        zone: tally(ENDED, [], zone)
        for zone in ("America/Bogota", "Asia/Kolkata", "Pacific/Kiritimati")
    }

    slots = {
        zone: [
            (day, hour)
            for day, hours in enumerate(requests_by_weekday(each))
            for hour, count in enumerate(hours)
            if count
        ]
        for zone, each in counted.items()
    }
    assert slots == {
        "America/Bogota": [(2, 19)],
        "Asia/Kolkata": [(3, 5)],
        "Pacific/Kiritimati": [(3, 14)],
    }


def test_hours_that_an_earlier_release_has_counted_in_utc_are_still_shown() -> None:
    assert requests_by_hour({"hour_9": 2, "slot_0_9": 1, "slot_6_9": 1})[9] == 4


@pytest.mark.parametrize(
    ("moment", "day", "hour"),
    [
        ("2026-03-29T00:59:00Z", "2026-03-29", 1),
        ("2026-03-29T01:00:00Z", "2026-03-29", 3),
        ("2026-10-25T00:30:00Z", "2026-10-25", 2),
        ("2026-10-25T01:30:00Z", "2026-10-25", 2),
        ("2026-03-28T22:59:59Z", "2026-03-28", 23),
        ("2026-03-28T23:00:00Z", "2026-03-29", 0),
        ("2026-10-25T22:59:59Z", "2026-10-25", 23),
    ],
)
def test_a_day_of_the_team_has_23_or_25_hours_when_the_clocks_change(
    moment: str, day: str, hour: int
) -> None:
    """In spring the hour from 2 to 3 is missing; in autumn both of them count as one."""
    at = round(datetime.fromisoformat(moment).timestamp() * 1000)

    assert local_day(at, "Europe/Madrid") == day
    assert local_time(at, "Europe/Madrid").hour == hour


def test_a_day_begins_at_midnight_utc() -> None:
    assert local_day(NOW - 1) == "2025-12-31"
    assert local_day(NOW) == "2026-01-01"
