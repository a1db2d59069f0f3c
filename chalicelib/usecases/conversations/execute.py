"""Load, decide, commit: every change of a conversation goes through `execute`."""

import json
from typing import TYPE_CHECKING

from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role, authorize
from chalicelib.domain.address import Address, digest
from chalicelib.domain.conversation.commands import (
    BotMessage,
    Command,
    Erase,
    MessageCommand,
    Pause,
    UserMessage,
    said_in,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import UPLOAD_ID, Kind
from chalicelib.domain.conversation.erasure import is_hidden
from chalicelib.domain.conversation.head import Head, new_head
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import Conflict, IdempotencyMismatch, MessageIdMismatch
from chalicelib.usecases.conversations.enrich import enrich_command
from chalicelib.usecases.conversations.visibility import no_conversation, visible
from chalicelib.usecases.ports.conversations import Commit, CommitConflict, Loaded, Query
from chalicelib.usecases.records.answers import (
    Answer,
    AnswerWarning,
    IdempotencyKey,
    MessageKey,
    StoredMessage,
)
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.services import Services

if TYPE_CHECKING:
    from chalicelib.usecases.files.uploads import FileUse

ATTEMPTS = 20
FIRST_DELAY, LONGEST_DELAY = 10, 300
"""Milliseconds. Between two attempts a command waits a random part of a delay that doubles."""
FINGERPRINT_LENGTH = 16
"""Characters of base32, 80 bits. They need only tell apart messages that have the same id."""


def execute(
    services: Services,
    caller: Caller,
    place: Address | str,
    command: Command,
    *,
    key: IdempotencyKey | None = None,
    agent: str | None = None,
) -> Answer:
    """Executes the command once, however often it is sent with the same key or message id.

    A repeated key gets the first answer. A repeated message id gets the number of the first message
    and the current turn, so that a bot never speaks because of an old answer.

    `place` is the id of a conversation, or an address, whose conversation is created if it does not
    exist. A message to an address without a thread goes to the conversation at this address; if
    there is none, to the user's only conversation on the channel. `agent` is the id of the member
    whom the command names. It takes two round trips, two more for each race that it loses, and one
    or two more for a message to an address without a thread that has no conversation of its own. A
    message with an uploaded file takes three more, to the files.

    Raises Forbidden, NotFound, IdempotencyMismatch, MessageIdMismatch and the refusals of `decide`;
    Conflict if it loses `ATTEMPTS` races; TemporarilyUnavailable if the table does not answer.
    """
    authorize(caller, command.action)
    command = _masked(services, caller, command)
    query = _query(caller.bot, place, command, key, agent)
    command_id = services.random.token()
    for attempt in range(ATTEMPTS):
        loaded = services.conversations.load(query)
        known = first_answer(services, caller.bot, loaded, key)
        if known and not loaded.by_message:
            return known
        if loaded.head is None and isinstance(place, Address) and place.thread is None:
            only = _only_conversation(services, place, command)
            if only:
                place, query = only, _query(caller.bot, only, command, key, agent)
                loaded = services.conversations.load(query)
        now = services.clock.now()
        head = _head(services, caller, place, loaded, now)
        if query.message and loaded.by_message:
            current = _current_answer(head, query.message, loaded.by_message)
            return replace(current, created=known.created) if known else current
        if head.is_erased and not isinstance(command, Erase):
            head = _with_address(head, place)
        enriched = enrich_command(services, caller, command, loaded, agent)
        enriched, file = _with_file(services, head, enriched)
        decision = decide(head, enriched, caller, now)
        answer = _answer(enriched, decision)
        if file and not decision.refusal:
            file.keep(services)
        try:
            services.conversations.commit(
                Commit(loaded.head or head, decision, command_id, answer, key, query.message)
            )
        except CommitConflict:
            services.metrics.record({Metric.CONFLICTS_RETRIED: 1}, caller.bot)
            services.clock.sleep(_delay(services.random.fraction(), attempt))
            continue
        if decision.refusal:
            raise decision.refusal
        return answer
    raise Conflict("Other callers kept changing this conversation at the same moment. Try again.")


def _masked(services: Services, caller: Caller, command: Command) -> Command:
    """Also before the message's fingerprint is computed: the digest of a card number tells it."""
    if caller.role is Role.TIMER:
        return command
    bot = services.directory.bot(caller.bot)
    if bot is None or not bot.settings.mask:
        return command
    from chalicelib.domain.masks import mask_words

    return mask_words(command, bot.settings.mask)


def _with_file(
    services: Services, head: Head, command: Command
) -> "tuple[Command, FileUse | None]":
    said = said_in(command)
    if said is None or not said.names_upload:
        return command, None
    from chalicelib.usecases.files.uploads import use_file

    return use_file(services, head, command)


def first_answer(
    services: Services, bot: str, loaded: Loaded, key: IdempotencyKey | None
) -> Answer | None:
    """The answer that this idempotency key got before. It is given again, whatever has happened
    since; only if the user was erased since, it shows the head as it is now.

    Raises IdempotencyMismatch.
    """
    if key is None or loaded.by_key is None:
        return None
    if loaded.by_key.fingerprint != key.fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key was used with another request before.")
    known = loaded.by_key.answer
    if known is None or known.head is None:
        return known
    head = loaded.head
    if head is None or head.id != known.head.id:
        head = services.conversations.head(bot, known.head.id)
    return replace(known, head=head) if head and is_hidden(head, known.head.last_seq) else known


def _with_address(head: Head, place: Address | str) -> Head:
    """The user comes back: the conversation gets its address again. Raises Conflict if the
    caller does not name the address: an id alone does not tell who the user is."""
    if isinstance(place, Address):
        return replace(head, address=place)
    raise Conflict(
        "The user of this conversation was erased. It goes on when a message or a pause names its"
        " channel, user and thread.",
        status=head.status,
        epoch=head.epoch,
    )


def _query(
    bot: str,
    place: Address | str,
    command: Command,
    key: IdempotencyKey | None,
    agent: str | None,
) -> Query:
    message = None
    if isinstance(command, MessageCommand) and command.sender and command.message_id:
        message = MessageKey(command.sender, command.message_id, _fingerprint(command))
    conversation_id = place if isinstance(place, str) else place.conversation_id
    return Query(bot, conversation_id, key, message, agent, command.queue, command.suggestion)


def _only_conversation(services: Services, address: Address, command: Command) -> str | None:
    """A pause without a thread chooses the user's only conversation, and so does a message: else
    the bot would go on beside the person whom it has asked for."""
    if not isinstance(command, UserMessage | BotMessage):
        return None
    ids = services.conversations.ids_of_user(address.bot, address.channel, address.user)
    return ids[0] if len(ids) == 1 and ids[0] != address.conversation_id else None


def _fingerprint(command: MessageCommand) -> str:
    """The id of an upload does not count: if a channel delivers a message again, its bot uploads
    the file again, too."""
    body, payload = command.body, command.body.payload
    if payload and body.names_upload:
        payload = {**payload, UPLOAD_ID: None}
    parts = [body.type, body.text, payload, command.suggestion]
    return digest(json.dumps(parts, sort_keys=True))[:FINGERPRINT_LENGTH]


def _current_answer(head: Head, key: MessageKey, stored: StoredMessage) -> Answer:
    """Raises MessageIdMismatch. An earlier release stored no fingerprint to compare with."""
    if stored.fingerprint not in (None, key.fingerprint):
        raise MessageIdMismatch(
            f"The message id {key.message_id} belongs to another message, entry {stored.seq} of the"
            " log. Messages never change: send the new one with an id of its own.",
            seq=stored.seq,
        )
    return Answer(
        conversation_id=head.id,
        status=head.status,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
        seq=stored.seq,
        head=head,
        created=False,
        handoff_ended=stored.handoff_ended,
    )


def _head(
    services: Services, caller: Caller, place: Address | str, loaded: Loaded, now: int
) -> Head:
    head = loaded.head
    if head is None and isinstance(place, Address):
        return new_head(place, now)
    if head is None or not visible(services, caller, head):
        raise no_conversation(
            caller.bot, place if isinstance(place, str) else place.conversation_id
        )
    return head


def _answer(command: Command, decision: Decision) -> Answer:
    head = decision.head
    opened_nothing = isinstance(command, Pause) and not head.paused
    ended = decision.changed.resumption if decision.changed else None
    return Answer(
        conversation_id=head.id,
        status=head.status,
        epoch=head.epoch,
        handoff_id=head.handoff_id,
        seq=_seq(decision),
        head=head,
        created=bool(decision.entries) and not opened_nothing,
        warnings=_warnings(command, decision),
        handoff_ended=ended.outcome if ended and isinstance(command, UserMessage) else None,
    )


def _warnings(command: Command, decision: Decision) -> tuple[AnswerWarning, ...]:
    if not (isinstance(command, Pause) and command.unknown_queue and decision.entries):
        return ()
    name = command.unknown_queue
    detail = f"There is no queue {name}. The conversation waits without one: all agents see it."
    return (AnswerWarning("unknown_queue", "queue", detail),)


def _seq(decision: Decision) -> int | None:
    """The number of the message, if the command stored one beside other entries; otherwise of the
    first entry."""
    said = (entry for entry in decision.entries if entry.kind in (Kind.MESSAGE, Kind.EVENT))
    first = next(said, None) or next(iter(decision.entries), None)
    return first.seq if first else None


def _delay(fraction: float, attempt: int) -> float:
    """Full jitter: with a fixed delay, commands that collided once would collide again."""
    longest: int = min(LONGEST_DELAY, FIRST_DELAY * 2**attempt)
    return fraction * longest
