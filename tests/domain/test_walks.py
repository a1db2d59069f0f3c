"""What holds of every decision, wherever a conversation has got to."""

from collections import Counter

from hypothesis import given

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.conversation.head import Status
from tests.domain.walks import WALKS, Steps


@given(WALKS)
def test_the_epoch_rises_by_one_exactly_when_who_may_speak_changes_hands(walk: Steps) -> None:
    for step in walk:
        before, after = step.before, step.decision.head

        risen = after.epoch - before.epoch

        assert risen in (0, 1)
        if (before.status, before.owner) != (after.status, after.owner):
            assert risen == 1


@given(WALKS)
def test_a_person_has_it_or_nobody_and_a_handoff_is_open_while_it_is_paused(walk: Steps) -> None:
    for step in walk:
        head = step.decision.head

        assert (head.owner is not None) == (head.status is Status.AGENT)
        assert (head.waiting_since is not None) == (head.status is Status.WAITING)
        assert (head.handoff is not None) == head.paused


@given(WALKS)
def test_the_bot_says_nothing_between_a_request_and_the_return(walk: Steps) -> None:
    for step in walk:
        for entry in step.decision.entries:
            if entry.kind is Kind.MESSAGE and entry.sender is From.BOT:
                assert step.before.status is Status.BOT


@given(WALKS)
def test_the_seats_taken_are_the_conversations_owned(walk: Steps) -> None:
    taken: Counter[str] = Counter()

    for step in walk:
        for capacity_change in step.decision.capacity_changes:
            taken[capacity_change.agent] += capacity_change.delta

        owner = step.decision.head.owner_id
        assert +taken == ({owner: 1} if owner else {})
        assert min(taken.values(), default=0) >= 0


@given(WALKS)
def test_a_decision_that_stores_no_entry_stores_nothing(walk: Steps) -> None:
    for step in walk:
        decision = step.decision
        if not decision.entries:
            stored = (
                decision.opened or decision.changed or decision.capacity_changes or decision.profile
            )
            assert decision.head == step.before
            assert not stored


@given(WALKS)
def test_the_log_of_a_walk_is_numbered_without_gaps(walk: Steps) -> None:
    seqs = [entry.seq for step in walk for entry in step.decision.entries]

    assert seqs == list(range(1, len(seqs) + 1))
