"""What each frame does: the use cases of REST, for the person on the other end."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from chalicelib.botpress import events as botpress_events
from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import Claim, Command, Note, Release, Transfer
from chalicelib.domain.errors import InvalidRequest
from chalicelib.entrypoints.http import cursors
from chalicelib.entrypoints.http.paging import fitting
from chalicelib.entrypoints.http.schemas import conversations as requests
from chalicelib.entrypoints.http.schemas.parsing import convert
from chalicelib.entrypoints.websocket.frames import (
    Empty,
    Frame,
    PresenceBody,
    SubscribeBody,
    SyncBody,
    WatchBody,
)
from chalicelib.usecases import views
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.conversations import pause as pausing
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.conversations.execute import execute, no_conversation
from chalicelib.usecases.live import delivery_status, sockets
from chalicelib.usecases.live import typing as typing_signs
from chalicelib.usecases.records.answers import Answer
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import presence
from chalicelib.usecases.services import Services

SYNC_PAGE = 25
"""Heads: at their largest, with every character escaped, they make 100 KB, which a message to a
client may have."""
WATCH_PAGE, WATCH_BYTES = 100, 100 * 1024


class Speaker(Struct, frozen=True):
    """The person at the other end of a connection."""

    services: Services
    connection: SocketConnection
    person: Person

    def caller(self, bot: str) -> Caller:
        if bot not in self.connection.bots:
            raise authenticate.bot_not_found(bot)
        return authenticate.caller_of_person(
            self.services, bot, self.person.id, self.connection.token_version
        )

    def caller_in(self, frame: Frame) -> Caller:
        """For the bot of the conversation that the frame names."""
        bot = frame.envelope.bot
        bots = (bot,) if bot else self.connection.bots
        if len(bots) == 1:
            return self.caller(bots[0])
        for bot in bots:
            if self.services.conversations.head(bot, frame.conversation_id):
                return self.caller(bot)
        raise no_conversation("of yours", frame.conversation_id)


def sync(speaker: Speaker, frame: Frame, body: SyncBody) -> views.Json:
    """The whole board the person may see, bot after bot; what is absent is gone."""
    bound = ["sync", speaker.person.id]
    secrets = speaker.services.secrets
    index, position = _place(cursors.position(secrets, bound, body.cursor))
    bots = speaker.connection.bots
    if index >= len(bots):
        return {"heads": [], "next": None}
    wanted = queries.Wanted(queries.PAUSED)
    page = queries.conversations(
        speaker.services, speaker.caller(bots[index]), wanted, position, SYNC_PAGE
    )
    if page.position is None:
        index += 1
    following = f"{index} {page.position or ''}" if index < len(bots) else None
    heads = [views.head(head) for head in page.heads]
    return {"heads": heads, "next": cursors.cursor(secrets, bound, following)}


def _place(position: str | None) -> tuple[int, str | None]:
    index, _, rest = (position or "0 ").partition(" ")
    return int(index), rest or None


def watch(speaker: Speaker, frame: Frame, body: WatchBody) -> views.Json:
    """Registered first and read then: what is committed between the two comes twice, not never."""
    caller = speaker.caller_in(frame)
    head = queries.head(speaker.services, caller, frame.conversation_id)
    sockets.watch(speaker.services, caller.bot, head.id, speaker.connection)
    found = queries.entries(
        speaker.services, caller, head.id, after=max(body.after, 0), limit=WATCH_PAGE
    )
    shown = [views.entry(entry) for entry in found]
    sent = shown[: fitting(shown, WATCH_BYTES)]
    more = len(sent) < len(shown) or len(shown) == WATCH_PAGE
    return {
        "entries": sent,
        "next": sent[-1]["seq"] if more else None,
        "head": views.head(head),
        "delivery": delivery_status.current_status(speaker.services, caller.bot, head.id),
    }


def unwatch(speaker: Speaker, frame: Frame, body: Empty) -> views.Json:
    bot = speaker.caller_in(frame).bot
    sockets.unwatch(speaker.services, bot, frame.conversation_id, speaker.connection)
    return {}


def subscribe(speaker: Speaker, _: Frame, body: SubscribeBody) -> views.Json:
    """For clients of Botpress' realtime: its events by its names, beside our own."""
    events = tuple(dict.fromkeys(body.events))
    botpress_events.subscribe(speaker.services, speaker.connection, events)
    return {"events": list(events)}


def message(speaker: Speaker, frame: Frame, body: requests.SpokenByAgent) -> views.Json:
    return views.accepted(_execute(speaker, frame, body.by_agent()))


def pause(speaker: Speaker, frame: Frame, body: requests.PauseRequest) -> views.Json:
    caller = speaker.caller_in(frame)
    asked = pausing.Asked(body.command(caller), body.named)
    return _head(pausing.pause(speaker.services, caller, frame.conversation_id, asked, None))


def unpause(speaker: Speaker, frame: Frame, body: requests.UnpauseRequest) -> views.Json:
    return _head(_execute(speaker, frame, body.command()))


def claim(speaker: Speaker, frame: Frame, body: requests.WithEpoch) -> views.Json:
    return _head(_execute(speaker, frame, Claim(body.epoch)))


def release(speaker: Speaker, frame: Frame, body: requests.WithEpoch) -> views.Json:
    return _head(_execute(speaker, frame, Release(body.epoch)))


def transfer(speaker: Speaker, frame: Frame, body: requests.TransferRequest) -> views.Json:
    command = Transfer(queue=body.queue, note=body.note, epoch=body.epoch)
    return _head(_execute(speaker, frame, command, body.named))


def note(speaker: Speaker, frame: Frame, body: requests.TextRequest) -> views.Json:
    noted = _execute(speaker, frame, Note(body.text))
    return {"conversation_id": noted.conversation_id, "seq": noted.seq}


def typing(speaker: Speaker, frame: Frame, body: Empty) -> views.Json:
    caller, connection = speaker.caller_in(frame), speaker.connection
    typing_signs.agent_is_typing(speaker.services, caller, frame.conversation_id, connection.id)
    return {}


def set_presence(speaker: Speaker, frame: Frame, body: PresenceBody) -> views.Json:
    return {"status": presence.set_status(speaker.services, speaker.person, body.status).status}


def ping(speaker: Speaker, _: Frame, __: Empty) -> views.Json:
    presence.heartbeat(speaker.services, speaker.person.id)
    return {"at": views.timestamp(speaker.services.clock.now())}


def _execute(
    speaker: Speaker,
    frame: Frame,
    command: Command,
    agent: str | None = None,
) -> Answer:
    caller = speaker.caller_in(frame)
    return execute(speaker.services, caller, frame.conversation_id, command, agent=agent)


def _head(answer: Answer) -> views.Json:
    assert answer.head is not None, "commands that answer with a head keep it"
    return views.head(answer.head)


def act(speaker: Speaker, frame: Frame) -> views.Json:
    """Raises InvalidRequest, and what the use case raises."""
    action = ACTIONS.get(frame.envelope.action)
    if action is None:
        raise InvalidRequest(f"There is no action {frame.envelope.action}.", actions=[*ACTIONS])
    shape, does = action
    return does(speaker, frame, convert(frame.fields, shape))


ACTIONS: Mapping[str, tuple[type[Any], Callable[[Speaker, Frame, Any], views.Json]]] = {
    "sync": (SyncBody, sync),
    "watch": (WatchBody, watch),
    "unwatch": (Empty, unwatch),
    "subscribe": (SubscribeBody, subscribe),
    "message": (requests.SpokenByAgent, message),
    "pause": (requests.PauseRequest, pause),
    "unpause": (requests.UnpauseRequest, unpause),
    "claim": (requests.WithEpoch, claim),
    "release": (requests.WithEpoch, release),
    "transfer": (requests.TransferRequest, transfer),
    "note": (requests.TextRequest, note),
    "typing": (Empty, typing),
    "presence": (PresenceBody, set_presence),
    "ping": (Empty, ping),
}
