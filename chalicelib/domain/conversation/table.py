"""The state table: which command leads from which status to which, and by which rule.

The status, the owner and the epoch of a conversation change in no other way. A command that has no
row for the current status is refused as an illegal move and changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation import erasure, messages, offers, rules
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    ClaimAndReply,
    Command,
    EndOffer,
    Erase,
    Escalate,
    MakeOffer,
    Note,
    Pause,
    PauseAndClaim,
    RateHandoff,
    Release,
    Snooze,
    Suggest,
    Tag,
    Transfer,
    Unpause,
    UpdateHandoff,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Context, Decision, with_owed
from chalicelib.domain.conversation.head import Head, Status, WithBot
from chalicelib.domain.conversation.refusals import illegal, stale
from chalicelib.domain.conversation.timers import is_out_of_date, scheduled

Rule = Callable[[Any, Any, Context], Decision]
"""A rule takes the head class of its status and its own command class."""

BOT, WAITING, AGENT = Status.BOT, Status.WAITING, Status.AGENT


class Step(NamedTuple):
    """The statuses to which the command may lead from one status, and the rule that decides."""

    to: tuple[Status, ...]
    rule: Rule


TABLE: Mapping[type[Command], Mapping[Status, Step]] = {
    Pause: {
        BOT: Step((WAITING, BOT), rules.request_person),
        WAITING: Step((WAITING,), rules.keep),
        AGENT: Step((AGENT,), rules.keep),
    },
    PauseAndClaim: {
        BOT: Step((AGENT,), rules.pause_and_claim),
        WAITING: Step((AGENT,), rules.claim),
        AGENT: Step((AGENT,), rules.keep_for_owner),
    },
    Claim: {
        WAITING: Step((AGENT,), rules.claim),
        AGENT: Step((AGENT,), rules.keep_for_owner),
    },
    Release: {
        WAITING: Step((WAITING,), offers.decline),
        AGENT: Step((WAITING,), rules.release),
    },
    Transfer: {
        WAITING: Step((AGENT, WAITING), rules.transfer_waiting),
        AGENT: Step((AGENT, WAITING), rules.transfer_owned),
    },
    UpdateHandoff: {
        WAITING: Step((WAITING,), messages.update_handoff),
        AGENT: Step((AGENT,), messages.update_handoff),
    },
    Unpause: {
        BOT: Step((BOT,), rules.keep),
        WAITING: Step((BOT,), rules.return_waiting),
        AGENT: Step((BOT,), rules.return_owned),
    },
    UserMessage: {
        BOT: Step((BOT,), messages.say),
        WAITING: Step((WAITING, BOT), rules.user_speaks),
        AGENT: Step((AGENT, BOT), rules.user_speaks),
    },
    BotMessage: {
        BOT: Step((BOT,), messages.bot_answers),
        WAITING: Step((WAITING,), messages.bot_out_of_turn),
        AGENT: Step((AGENT,), messages.bot_out_of_turn),
    },
    AgentMessage: {
        AGENT: Step((AGENT,), messages.agent_answers),
    },
    ClaimAndReply: {
        BOT: Step((AGENT,), rules.claim_and_reply),
        WAITING: Step((AGENT,), rules.claim_and_reply),
        AGENT: Step((AGENT,), messages.agent_answers),
    },
    MakeOffer: {
        WAITING: Step((WAITING,), offers.make_offer),
    },
    EndOffer: {
        WAITING: Step((WAITING,), offers.end_offer),
    },
    Escalate: {
        WAITING: Step((WAITING,), offers.escalate),
        AGENT: Step((AGENT,), offers.escalate),
    },
    Snooze: {
        AGENT: Step((AGENT,), messages.snooze),
    },
    Note: {
        BOT: Step((BOT,), messages.note),
        WAITING: Step((WAITING,), messages.note),
        AGENT: Step((AGENT,), messages.note),
    },
    Tag: {
        BOT: Step((BOT,), messages.tag),
        WAITING: Step((WAITING,), messages.tag),
        AGENT: Step((AGENT,), messages.tag),
    },
    Suggest: {
        BOT: Step((BOT,), messages.suggest),
        WAITING: Step((WAITING,), messages.suggest),
        AGENT: Step((AGENT,), messages.suggest),
    },
    RateHandoff: {
        BOT: Step((BOT,), messages.rate),
        WAITING: Step((WAITING,), messages.rate),
        AGENT: Step((AGENT,), messages.rate),
    },
    Erase: {
        BOT: Step((BOT,), erasure.erase),
        WAITING: Step((BOT,), erasure.erase),
        AGENT: Step((BOT,), erasure.erase),
    },
}


def decide(head: Head, command: Command, caller: Caller, now: int) -> Decision:
    """Decides what the command changes at `now` (milliseconds since 1970, UTC).

    Raises a Refused, or Forbidden, if the table does not allow it. A command that changes nothing
    succeeds with any epoch, so that a caller may repeat it. A timer whose moment has passed does
    nothing.
    """
    step = TABLE[type(command)].get(head.status)
    is_late = messages.is_stale(command, head) and not isinstance(command, BotMessage)
    is_timer = caller.role is Role.TIMER
    if is_timer and (is_late or is_out_of_date(command, head, now)):
        return Decision(head)
    if step is None:
        # An agent who lost the conversation while writing learns that, not that it is waiting.
        raise (
            stale(head) if is_late and isinstance(command, AgentMessage) else illegal(command, head)
        )
    decision = step.rule(head, command, Context(caller, now))
    if not decision.entries:
        return decision
    if is_late:
        raise stale(head)
    decision = with_owed(decision)
    after = decision.head
    if isinstance(after, WithBot):
        return decision
    due_at = scheduled(head, after, now, anew=is_timer)
    return replace(decision, head=replace(after, timing=replace(after.timing, due_at=due_at)))
