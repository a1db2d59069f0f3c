"""A command may carry the epoch it was thought up under; under another it comes too late."""

from typing import Protocol

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Command,
    PauseAndClaim,
    Release,
    Transfer,
    Unpause,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import AlreadyClaimed, IllegalMove, NotYourTurn, StaleEpoch
from tests.domain.cast import (
    ANA,
    BO,
    BOT_KEY,
    CY,
    HANDOFF_ID,
    NOW,
    SAM,
    TIMER,
    WAITING,
    WITH_ANA,
    WITH_BOT,
    ask,
)

HELLO = Body(text="hello")
OTHERS = [-1, +1]

MOVES = [
    pytest.param(WAITING, Claim, ANA, id="claim"),
    pytest.param(WITH_ANA, Release, ANA, id="release"),
    pytest.param(WITH_ANA, lambda epoch: Transfer(agent=CY, epoch=epoch), ANA, id="to agent"),
    pytest.param(WITH_ANA, lambda epoch: Transfer(queue="q", epoch=epoch), SAM, id="to queue"),
    pytest.param(WAITING, lambda epoch: Unpause(epoch=epoch), BOT_KEY, id="unpause waiting"),
    pytest.param(WITH_ANA, lambda epoch: Unpause(epoch=epoch), ANA, id="unpause"),
    pytest.param(WITH_ANA, lambda epoch: AgentMessage(HELLO, epoch=epoch), ANA, id="message"),
]


class Carrying(Protocol):
    """Makes a command that carries an epoch."""

    def __call__(self, epoch: int | None) -> Command: ...


@pytest.mark.parametrize("off_by", OTHERS)
@pytest.mark.parametrize(("head", "carrying", "caller"), MOVES)
def test_a_command_with_another_epoch_is_refused_and_names_the_current_one(
    head: Head, carrying: Carrying, caller: Caller, off_by: int
) -> None:
    command = carrying(head.epoch + off_by)

    with pytest.raises(StaleEpoch) as refused:
        ask(head, command, caller)

    assert refused.value.facts == {
        "epoch": head.epoch,
        "owner": head.owner_id,
        "handoff_id": HANDOFF_ID,
    }


@pytest.mark.parametrize(("head", "carrying", "caller"), MOVES)
def test_a_command_with_the_current_epoch_is_accepted(
    head: Head, carrying: Carrying, caller: Caller
) -> None:
    with_epoch = ask(head, carrying(head.epoch), caller)
    without = ask(head, carrying(None), caller)

    assert with_epoch == without
    assert with_epoch.entries


@pytest.mark.parametrize("off_by", OTHERS)
@pytest.mark.parametrize("head", [WAITING, WITH_ANA], ids=["waiting", "agent"])
def test_a_timer_with_an_old_epoch_does_nothing(head: Head, off_by: int) -> None:
    decision = ask(head, Unpause(epoch=head.epoch + off_by), TIMER)

    assert decision == Decision(head)


OWN_RETRIES = [
    pytest.param(WITH_ANA, Claim(epoch=2), ANA, id="claim"),
    pytest.param(WITH_ANA, PauseAndClaim(), ANA, id="pause for me"),
    pytest.param(WITH_BOT, Unpause(epoch=3), ANA, id="unpause"),
    pytest.param(WITH_ANA, Transfer(agent=replace(CY, person="ana"), epoch=2), SAM, id="transfer"),
]


@pytest.mark.parametrize(("head", "command", "caller"), OWN_RETRIES)
def test_a_command_that_changes_nothing_succeeds_with_an_old_epoch(
    head: Head, command: Command, caller: Caller
) -> None:
    decision = ask(head, command, caller)

    assert decision == Decision(head)


@pytest.mark.parametrize("repeat", [Claim(epoch=2), Claim()])
def test_the_winner_may_repeat_a_claim_and_the_loser_learns_the_owner(repeat: Claim) -> None:
    won = decide(WAITING, Claim(epoch=2), ANA, NOW).head

    assert decide(won, repeat, ANA, NOW) == Decision(won)
    with pytest.raises(AlreadyClaimed) as refused:
        decide(won, repeat, BO, NOW)

    assert refused.value.facts["owner"] == "ana"


def test_an_illegal_move_is_illegal_with_any_epoch() -> None:
    with pytest.raises(IllegalMove):
        ask(WITH_BOT, Claim(epoch=1), ANA)


@pytest.mark.parametrize("off_by", OTHERS)
def test_a_bot_message_with_another_epoch_is_a_leak(off_by: int) -> None:
    late = BotMessage(HELLO, message_id="m1", epoch=WITH_BOT.epoch + off_by)

    decision = ask(WITH_BOT, late, BOT_KEY)

    (entry,) = decision.entries
    assert (entry.kind, entry.record.text, entry.record.message_id) == (Kind.LEAK, None, "m1")
    assert entry.record.payload == {"code": "stale_epoch", "epoch": late.epoch}
    assert isinstance(decision.refusal, StaleEpoch)
    assert decision.refusal.facts["epoch"] == WITH_BOT.epoch
    assert decision.head.last_message is None


@pytest.mark.parametrize("epoch", [None, WITH_BOT.epoch])
def test_a_bot_message_with_the_current_epoch_or_without_one_is_stored(
    epoch: int | None,
) -> None:
    decision = ask(WITH_BOT, BotMessage(HELLO, epoch=epoch), BOT_KEY)

    (entry,) = decision.entries
    assert (entry.kind, entry.record.text) == (Kind.MESSAGE, "hello")
    assert decision.refusal is None


@pytest.mark.parametrize("head", [WAITING, WITH_ANA], ids=["waiting", "agent"])
def test_no_epoch_gives_the_bot_the_turn_in_a_paused_conversation(head: Head) -> None:
    decision = ask(head, BotMessage(HELLO, epoch=head.epoch), BOT_KEY)

    assert isinstance(decision.refusal, NotYourTurn)
    assert decision.entries[0].kind is Kind.LEAK


def test_an_agent_who_lost_and_regained_a_conversation_needs_the_new_epoch() -> None:
    released = decide(WITH_ANA, Release(), SAM, NOW).head
    again = decide(released, Claim(), ANA, NOW).head

    with pytest.raises(StaleEpoch):
        decide(again, AgentMessage(HELLO, epoch=WITH_ANA.epoch), ANA, NOW)
