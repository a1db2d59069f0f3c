"""Load, decide, commit: the one way in which a conversation changes."""

from collections.abc import Mapping

from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, authorize, may_see_conversation
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Command,
    EndOffer,
    Escalate,
    MakeOffer,
    Note,
    Pause,
    Release,
    Suggest,
    Tag,
    Take,
    TakeAndSay,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import From, Kind
from chalicelib.domain.conversation.head import Head, unborn
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import Conflict, IdempotencyMismatch, NotFound
from chalicelib.usecases.conversations.enrich import enrich_command
from chalicelib.usecases.ports.conversations import Commit, CommitConflict, Loaded, Query
from chalicelib.usecases.records.answers import Answer, IdempotencyKey, MessageKey
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.services import Services

ATTEMPTS = 20
FIRST_PAUSE, LONGEST_PAUSE = 10, 300
"""Milliseconds; between two attempts a command waits a random part of a doubling time."""

ACTION_OF: Mapping[type[Command], Action] = {
    UserMessage: Action.RECORD,
    BotMessage: Action.RECORD,
    AgentMessage: Action.SAY,
    TakeAndSay: Action.SAY,
    Pause: Action.PAUSE,
    Take: Action.CLAIM,
    Unpause: Action.UNPAUSE,
    Claim: Action.CLAIM,
    Release: Action.RELEASE,
    Transfer: Action.TRANSFER,
    Note: Action.NOTE,
    Tag: Action.TAG,
    Suggest: Action.SUGGEST,
    MakeOffer: Action.OFFER,
    EndOffer: Action.OFFER,
    Escalate: Action.ESCALATE,
}

SENDER_OF = {
    UserMessage: From.USER,
    BotMessage: From.BOT,
    AgentMessage: From.AGENT,
    TakeAndSay: From.AGENT,
}


def execute(
    services: Services,
    caller: Caller,
    place: Address | str,
    command: Command,
    *,
    key: IdempotencyKey | None = None,
    agent: str | None = None,
) -> Answer:
    """Does the command, once, however often it is sent with the same key or message id.

    `place` is an address (its conversation begins here if need be) or the id of a conversation
    that exists. `agent` is the id of the member whom the command names. Two round trips,
    and two more for each race that is lost.

    Raises Forbidden, NotFound, IdempotencyMismatch and what `decide` refuses; Conflict where
    others were faster `ATTEMPTS` times; TemporarilyUnavailable where the table did not answer.
    """
    authorize(caller, ACTION_OF[type(command)])
    query = _query(caller.bot, place, command, key, agent)
    command_id = services.random.token()
    for attempt in range(ATTEMPTS):
        loaded = services.conversations.load(query)
        known = first_answer(loaded, key)
        if known:
            return known
        now = services.clock.now()
        head = _head(caller, place, loaded, now)
        if loaded.by_message:
            return replace(loaded.by_message, created=False)
        told = enrich_command(services, caller, command, loaded, agent)
        decision = decide(head, told, caller, now)
        answer = _answer(command, decision)
        try:
            services.conversations.commit(
                Commit(head, decision, command_id, answer, key, query.message)
            )
        except CommitConflict:
            services.metrics.record({Metric.CONFLICTS_RETRIED: 1}, caller.bot)
            services.clock.sleep(_pause(services.random.fraction(), attempt))
            continue
        if decision.refusal:
            raise decision.refusal
        return answer
    raise Conflict("Others changed this conversation at the same moment, again and again.")


def first_answer(loaded: Loaded, key: IdempotencyKey | None) -> Answer | None:
    """A replay wins over the state: what was answered once is answered again."""
    if key is None or loaded.by_key is None:
        return None
    if loaded.by_key.fingerprint != key.fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key came with another request before.")
    return loaded.by_key.answer


def visible(caller: Caller, head: Head) -> bool:
    return may_see_conversation(caller, paused=head.paused, queue=head.queue, owner=head.owner_id)


def no_conversation(bot: str, conversation_id: str) -> NotFound:
    return NotFound(f"The bot {bot} has no conversation {conversation_id}.")


def _query(
    bot: str,
    place: Address | str,
    command: Command,
    key: IdempotencyKey | None,
    agent: str | None,
) -> Query:
    message = None
    if isinstance(command, UserMessage | BotMessage | AgentMessage) and command.message_id:
        message = MessageKey(SENDER_OF[type(command)], command.message_id)
    conversation_id = place if isinstance(place, str) else place.conversation_id
    suggestion = command.suggestion if isinstance(command, AgentMessage) else None
    return Query(bot, conversation_id, key, message, agent, _queue(command), suggestion)


def _queue(command: Command) -> str | None:
    if isinstance(command, Pause | Take):
        return command.request.queue
    return command.queue if isinstance(command, Transfer) else None


def _head(caller: Caller, place: Address | str, loaded: Loaded, now: int) -> Head:
    head = loaded.head
    if head is None and isinstance(place, Address):
        return unborn(place, now)
    if head is None or not visible(caller, head):
        raise no_conversation(
            caller.bot, place if isinstance(place, str) else place.conversation_id
        )
    return head


def _answer(command: Command, decision: Decision) -> Answer:
    head = decision.head
    opened_nothing = isinstance(command, Pause) and not head.paused
    return Answer(
        conversation_id=head.id,
        status=head.status,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
        seq=_seq(decision),
        head=head,
        created=bool(decision.entries) and not opened_nothing,
    )


def _seq(decision: Decision) -> int | None:
    """Of what was said, where something was: whoever takes a conversation with a word, and whose
    word gives it back, has two entries."""
    said = (entry for entry in decision.entries if entry.kind in (Kind.MESSAGE, Kind.EVENT))
    first = next(said, None) or next(iter(decision.entries), None)
    return first.seq if first else None


def _pause(fraction: float, attempt: int) -> float:
    """Full jitter: with a fixed pause, those who collided once collide again."""
    longest: int = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
    return fraction * longest
