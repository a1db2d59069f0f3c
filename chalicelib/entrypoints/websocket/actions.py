"""The table of WebSocket actions, and what each action does: the same use cases as in REST.

To add an action, add a row to `ACTIONS`, its handler, and its message in docs/asyncapi.yaml. Its
body is the one of the same call in REST, or a class in `frames.py`.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.commands import Claim, Command, Release, Transfer
from chalicelib.domain.errors import Forbidden, invalid_field
from chalicelib.domain.limit_names import LimitName
from chalicelib.entrypoints.http import cursors
from chalicelib.entrypoints.http.paging import fitting
from chalicelib.entrypoints.http.route import Access
from chalicelib.entrypoints.http.schemas.conversations import (
    EpochRequest,
    NoteRequest,
    PauseRequest,
    SnoozeRequest,
    TransferRequest,
    UnpauseRequest,
)
from chalicelib.entrypoints.http.schemas.messages import AgentMessageRequest
from chalicelib.entrypoints.http.schemas.parsing import Empty, convert
from chalicelib.entrypoints.websocket.frames import (
    Frame,
    ListenBody,
    PingBody,
    PresenceBody,
    ReadBody,
    SubscribeBody,
    SyncBody,
    WatchBody,
)
from chalicelib.usecases import views
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.conversations import pause, queries
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.conversations.visibility import no_conversation
from chalicelib.usecases.live import delivery_status, read_marks, sockets, typing
from chalicelib.usecases.records.answers import Answer
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import presence
from chalicelib.usecases.services import Services

SYNC_PAGE, SYNC_BYTES = 100, 120 * 1024
"""Ordinary heads have about 1,000 bytes, one batch reads 100 of them, and a frame takes 128 KB. A
page of larger ones is read again with fewer of them."""
WATCH_PAGE, WATCH_BYTES = 100, 100 * 1024


class FrameCall:
    """One frame, and the person or the bot's key at the other end of its connection."""

    def __init__(self, services: Services, connection: SocketConnection, frame: Frame) -> None:
        self.services = services
        self.connection = connection
        self._frame = frame

    @cached_property
    def person(self) -> Person:
        """Raises Unauthenticated if the session has ended, Forbidden if a key has connected."""
        if self.connection.key:
            raise Forbidden("This frame needs a person, and a bot's key has connected.")
        return authenticate.person_of_session(self.services, self.connection.session_reference)

    def read_bot(self) -> None:
        """If it is clear which bot the frame concerns, reads bot, person and membership at once,
        so that the cache has them."""
        named = self._frame.envelope.bot
        bots = [bot for bot in self.connection.bots if named in (None, bot)]
        if len(bots) == 1:
            self.services.directory.bot_and_member(bots[0], self.connection.person)

    @property
    def conversation_id(self) -> str:
        """Raises InvalidRequest if the frame names no conversation."""
        return self._frame.conversation_id

    @cached_property
    def caller(self) -> Caller:
        """The person as a caller of the bot that has the frame's conversation."""
        bot = self._frame.envelope.bot
        bots = (bot,) if bot else self.connection.bots
        if len(bots) == 1:
            return self.caller_of(bots[0])
        for bot in bots:
            if self.services.conversations.head(bot, self.conversation_id):
                return self.caller_of(bot)
        raise no_conversation("of yours", self.conversation_id)

    def caller_of(self, bot: str) -> Caller:
        if bot not in self.connection.bots:
            raise authenticate.bot_not_found(bot)
        if self.connection.key:
            return authenticate.caller_of_key(self.services, bot, self.connection.key)
        session = self.connection.session_reference
        return authenticate.caller_of_person(self.services, bot, session)


def sync(call: FrameCall, body: SyncBody) -> views.Json:
    """The paused conversations that the person may see, bot after bot."""
    bound = ["sync", call.person.id]
    secrets = call.services.secrets
    index, position = _place(cursors.position(secrets, bound, body.cursor))
    bots = call.connection.bots
    if index >= len(bots):
        return {"heads": [], "read": {}, "next": None}
    caller, limit = call.caller_of(bots[index]), SYNC_PAGE
    heads, following = _paused(call.services, caller, position, limit)
    while (limit := fitting(heads, SYNC_BYTES)) < len(heads):
        heads, following = _paused(call.services, caller, position, limit)
    if following is None:
        index += 1
    place = f"{index} {following or ''}" if index < len(bots) else None
    ids = [str(head["id"]) for head in heads]
    read = call.services.read_marks.read_through(caller.bot, caller.id, ids)
    return {"heads": heads, "read": read, "next": cursors.cursor(secrets, bound, place)}


def _paused(
    services: Services, caller: Caller, position: str | None, limit: int
) -> tuple[list[views.Json], str | None]:
    wanted = queries.ConversationFilter(queries.PAUSED)
    page = queries.conversations(services, caller, wanted, position, limit)
    return [views.head(head) for head in page.heads], page.position


def _place(position: str | None) -> tuple[int, str | None]:
    """The index of the bot, and the position in its list."""
    index, _, rest = (position or "0 ").partition(" ")
    return int(index), rest or None


def watch(call: FrameCall, body: WatchBody) -> views.Json:
    """Registers before it reads: an entry that is committed in between is sent twice, not never."""
    services, caller = call.services, call.caller
    head = queries.head(services, caller, call.conversation_id)
    sockets.watch(services, caller.bot, head.id, call.connection)
    after = max(body.after, 0)
    found = queries.entries(services, caller, head.id, after=after, limit=WATCH_PAGE, of=head)
    shown = [views.entry(entry) for entry in found]
    sent = shown[: fitting(shown, WATCH_BYTES)]
    more = len(sent) < len(shown) or len(shown) == WATCH_PAGE
    return {
        "entries": sent,
        "next": sent[-1]["seq"] if more else None,
        "head": views.head(head),
        "delivery": delivery_status.current_status(services, caller.bot, head.id),
    }


def mark_read(call: FrameCall, body: ReadBody) -> views.Json:
    here = call.connection.id
    seq = read_marks.mark_read(call.services, call.caller, call.conversation_id, body.seq, here)
    return {"conversation_id": call.conversation_id, "seq": seq}


def unwatch(call: FrameCall, _: Empty) -> views.Json:
    sockets.unwatch(call.services, call.caller.bot, call.conversation_id, call.connection)
    return {}


def subscribe(call: FrameCall, body: SubscribeBody) -> views.Json:
    """Events of integrations, sent beside Baton's own events."""
    events = tuple(dict.fromkeys(body.events))
    sockets.subscribe(call.services, call.connection, events)
    return {"events": list(events)}


def listen(call: FrameCall, body: ListenBody) -> views.Json:
    from chalicelib.usecases.live import listeners

    return {"events": listeners.listen(call.services, call.connection, body.events)}


def send_message(call: FrameCall, body: AgentMessageRequest) -> views.Json:
    return views.accepted(_execute(call, body.by_agent()))


def pause_conversation(call: FrameCall, body: PauseRequest) -> views.Json:
    asked = pause.PauseArgs(body.command(call.caller), body.named)
    return _head(pause.pause(call.services, call.caller, call.conversation_id, asked, None))


def unpause_conversation(call: FrameCall, body: UnpauseRequest) -> views.Json:
    return _head(_execute(call, body.command()))


def claim_conversation(call: FrameCall, body: EpochRequest) -> views.Json:
    return _head(_execute(call, Claim(body.epoch)))


def release_conversation(call: FrameCall, body: EpochRequest) -> views.Json:
    return _head(_execute(call, Release(body.epoch)))


def transfer_conversation(call: FrameCall, body: TransferRequest) -> views.Json:
    command = Transfer(queue=body.queue, note=body.note, epoch=body.epoch)
    return _head(_execute(call, command, body.named))


def snooze_conversation(call: FrameCall, body: SnoozeRequest) -> views.Json:
    return _head(_execute(call, body.command()))


def add_note(call: FrameCall, body: NoteRequest) -> views.Json:
    noted = _execute(call, body.command)
    return {"conversation_id": noted.conversation_id, "seq": noted.seq}


def show_typing(call: FrameCall, _: Empty) -> views.Json:
    typing.agent_is_typing(call.services, call.caller, call.conversation_id, call.connection.id)
    return {}


def set_presence(call: FrameCall, body: PresenceBody) -> views.Json:
    but = call.connection.id
    if body.agent is not None:
        caller = call.caller
        chosen = presence.set_status_of(call.services, caller, body.agent, body.status, but=but)
    else:
        chosen = presence.set_status(call.services, call.person, body.status, but=but)
    return {"status": chosen.status}


def ping(call: FrameCall, body: PingBody) -> views.Json:
    is_person = not call.connection.key
    if is_person and body.hidden is not None:
        sockets.set_hidden(call.services, call.connection, hidden=body.hidden)
    chosen = presence.heartbeat(call.services, call.person.id) if is_person else None
    return {"at": views.timestamp(call.services.clock.now()), "status": chosen}


def _execute(call: FrameCall, command: Command, agent: str | None = None) -> Answer:
    return execute(call.services, call.caller, call.conversation_id, command, agent=agent)


def _head(answer: Answer) -> views.Json:
    assert answer.head is not None, "commands that answer with a head keep it"
    return views.head(answer.head)


class FrameAction(Struct, frozen=True):
    """`handler` is called with an authorised call and a parsed body. `access` is what the person
    must be allowed to do with the conversation that the frame names; `Access.PERSON` if the frame
    names none. `enters_bot`: the handler needs the membership in a bot. `limit` is a rate limit
    beside the one for all frames of the person. `takes_key`: a bot's key may send it, too."""

    access: Action | Access
    body: type[Any]
    handler: Callable[[FrameCall, Any], views.Json]
    enters_bot: bool = True
    limit: LimitName | None = None
    takes_key: bool = False


ACTIONS: Mapping[str, FrameAction] = {
    "sync": FrameAction(Access.PERSON, SyncBody, sync),
    "watch": FrameAction(Action.READ, WatchBody, watch, limit=LimitName.TRANSCRIPTS),
    "read": FrameAction(Action.READ, ReadBody, mark_read),
    "unwatch": FrameAction(Access.CALLER, Empty, unwatch),
    "subscribe": FrameAction(Access.PERSON, SubscribeBody, subscribe, enters_bot=False),
    "message": FrameAction(Action.SAY, AgentMessageRequest, send_message),
    "pause": FrameAction(Action.PAUSE, PauseRequest, pause_conversation),
    "unpause": FrameAction(Action.UNPAUSE, UnpauseRequest, unpause_conversation),
    "claim": FrameAction(Action.CLAIM, EpochRequest, claim_conversation),
    "release": FrameAction(Action.RELEASE, EpochRequest, release_conversation),
    "transfer": FrameAction(Action.TRANSFER, TransferRequest, transfer_conversation),
    "snooze": FrameAction(Action.SNOOZE, SnoozeRequest, snooze_conversation),
    "note": FrameAction(Action.NOTE, NoteRequest, add_note),
    "typing": FrameAction(Action.READ, Empty, show_typing, limit=LimitName.TYPING),
    "presence": FrameAction(Access.PERSON, PresenceBody, set_presence, enters_bot=False),
    "listen": FrameAction(Action.LISTEN, ListenBody, listen, enters_bot=False, takes_key=True),
    "ping": FrameAction(Access.PERSON, PingBody, ping, enters_bot=False, takes_key=True),
}


def act(services: Services, connection: SocketConnection, frame: Frame) -> views.Json:
    """Raises Unauthenticated if the session has ended; RateLimited, InvalidRequest, Forbidden,
    NotFound, and what the use case raises."""
    action = ACTIONS.get(frame.envelope.action)
    call = FrameCall(services, connection, frame)
    if connection.key:
        _admit_key(services, call)
    else:
        _admit_person(services, call, action)
    if action is None:
        told = f"There is no action {frame.envelope.action}."
        raise invalid_field("action", told, actions=[*ACTIONS])
    if connection.key and not action.takes_key:
        takes = sorted(name for name, each in ACTIONS.items() if each.takes_key)
        raise Forbidden(f"A bot's connection takes only the actions {' and '.join(takes)}.")
    body = convert(frame.fields, action.body)
    if isinstance(action.access, Action):
        authorize(call.caller, action.access)
    elif action.access is Access.CALLER:
        _ = call.caller
    return action.handler(call, body)


def _admit_person(services: Services, call: FrameCall, action: FrameAction | None) -> None:
    if action and action.enters_bot:
        call.read_bot()
    services.rate_limits.take(LimitName.PERSON, call.person.id)
    if action and action.limit:
        services.rate_limits.take(action.limit, call.person.id)


def _admit_key(services: Services, call: FrameCall) -> None:
    """Raises Unauthenticated if the key was revoked or has expired."""
    services.rate_limits.take(LimitName.KEY, call.caller_of(call.connection.bots[0]).id)
