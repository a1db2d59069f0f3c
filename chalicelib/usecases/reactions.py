"""What follows from an entry once it is committed. The log is the outbox: the table's stream
brings every entry here, at least once, and every reaction is harmless twice."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from chalicelib.domain.access import Caller, Role, may_read
from chalicelib.domain.entries import Entry, From, Kind
from chalicelib.domain.head import Head, Status
from chalicelib.usecases import audience, botpress_events, measuring, pushing, reporting, timers
from chalicelib.usecases import representation as rep
from chalicelib.usecases.assigning import fall_back, find_somebody, somebody_is_free
from chalicelib.usecases.conversations import visible
from chalicelib.usecases.records import Committed, Connection, Notification
from chalicelib.usecases.world import World

Event = Mapping[str, object]


def react(world: World, committed: Committed) -> None:
    """Raises TemporarilyUnavailable where something did not get through: then do it all again."""
    for reaction in REACTIONS[committed.entry.kind]:
        reaction(world, committed)


def announce(world: World, notification: Notification) -> None:
    """A notification goes to every connection of its bot, and to SNS."""
    shown = rep.notification(notification, reader="")
    event: Event = {"event": "notification", "bot": notification.bot, "notification": shown}
    connections = audience.of_bot(world, notification.bot)
    pushing.send(world, [(connection.id, event) for connection in connections])
    message = {
        "type": "notification",
        "bot": notification.bot,
        "conversation_id": notification.conversation_id,
        "handoff_id": None,
        "queue": None,
        "level": notification.level,
        "message": notification.message,
        "url": notification.url,
        "at": rep.timestamp(notification.at),
    }
    _publish(world, message)


# To the agents


def push(world: World, committed: Committed) -> None:
    """The entry to the owner and whoever has the thread open; the head to the bot's other agents
    where it concerns them."""
    connections = world.connections.of_bot(committed.bot)
    if not connections:
        return
    head = world.conversations.head(committed.bot, committed.conversation_id)
    watchers = set(world.connections.watchers(committed.bot, committed.conversation_id))
    if head is None or not _concerns_anybody(committed.entry, head, connections, watchers):
        return
    hearing = _hearing(committed.entry, head, connections, watchers)
    connections = audience.in_session(world, hearing)
    if not connections:
        return
    people = _people(world, committed.bot)
    asked_for = botpress_events.frames(
        world,
        committed,
        head,
        connections,
        lambda connection: people.get(connection.person) or _owner(connection, head.bot),
    )
    frames = _frames(committed, head, connections, watchers, people)
    pushing.send(world, [*frames, *asked_for])


def _hearing(
    entry: Entry, head: Head, connections: list[Connection], watchers: set[str]
) -> list[Connection]:
    """Nobody else is looked up: a bot may have thousands of agents, and a conversation has one."""
    if _concerns_everybody(entry, head):
        return connections
    return [c for c in connections if c.events or _follows(c, head, watchers)]


def _follows(connection: Connection, head: Head, watchers: set[str]) -> bool:
    return connection.id in watchers or connection.person == head.owner_id


def _frames(
    committed: Committed,
    head: Head,
    connections: list[Connection],
    watchers: set[str],
    people: Mapping[str, Caller],
) -> Iterator[tuple[str, Event]]:
    full = {
        "event": "entry",
        "conversation_id": head.id,
        "entry": rep.entry(committed.entry),
        "head": rep.head(head),
    }
    for connection in connections:
        caller = people.get(connection.person) or _owner(connection, head.bot)
        follows = _follows(connection, head, watchers)
        if caller is None:
            continue  # sent away meanwhile
        if not visible(caller, head):
            if committed.entry.kind in MOVES:
                yield connection.id, {"event": "head", "head": rep.hidden(head)}
        elif follows and may_read(caller, committed.entry.kind, head.owner_id):
            yield connection.id, full
        elif _concerns_everybody(committed.entry, head):
            yield connection.id, {"event": "head", "head": rep.head(head)}


def _owner(connection: Connection, bot: str) -> Caller | None:
    """The installation's owner sees everything and is no member anywhere."""
    return Caller(connection.person, "", Role.OWNER, bot) if connection.is_owner else None


def _concerns_anybody(
    entry: Entry, head: Head, connections: list[Connection], watchers: set[str]
) -> bool:
    """What the bot handles alone, unwatched, is asked about no further."""
    followed = bool(watchers) or head.owner is not None or any(c.events for c in connections)
    return followed or _concerns_everybody(entry, head)


def _concerns_everybody(entry: Entry, head: Head) -> bool:
    said = entry.kind is Kind.MESSAGE and entry.sender is From.USER
    waits = said and head.status is Status.WAITING
    return entry.kind in STIRS or waits


def _people(world: World, bot: str) -> Mapping[str, Caller]:
    members = world.directory.roster(bot)
    return {m.person: Caller(m.person, m.name, m.role, bot, m.queues) for m in members}


# To SNS and to the bot


class Told(NamedTuple):
    type: str
    level: str
    message: str


URGENCY = (
    Told("handoff.requested", "info", "A conversation waits for a person."),
    Told("handoff.escalated", "warning", "A conversation still waits for a person."),
    Told("handoff.escalated", "error", "A conversation has waited far too long for a person."),
)


def tell_topic(world: World, committed: Committed) -> None:
    """Never what users wrote: who wants to read it has the conversation's id."""
    facts = committed.entry.payload or {}
    told = URGENCY[min(_step(committed.entry), len(URGENCY) - 1)]
    message = {
        "type": told.type,
        "bot": committed.bot,
        "conversation_id": committed.conversation_id,
        "handoff_id": facts.get("handoff_id"),
        "queue": facts.get("queue"),
        "level": told.level,
        "message": told.message,
        "url": None,
        "at": rep.timestamp(committed.entry.at),
    }
    _publish(world, message)


def _step(entry: Entry) -> int:
    """0: it has just been asked for; then one more with each alert."""
    step = (entry.payload or {}).get("step", 0)
    return step if isinstance(step, int) else 0


def _publish(world: World, message: Mapping[str, object]) -> None:
    attributes = {name: str(message[name] or "") for name in ("bot", "queue", "type", "level")}
    world.topic.publish(message, attributes)


def nudge(world: World, committed: Committed) -> None:
    """Wakes the webhook worker, if the bot has a webhook."""
    bot = world.directory.bot(committed.bot)
    if bot and bot.webhook and not bot.webhook.off:
        world.nudges.send(committed.bot, committed.conversation_id, committed.entry.seq)


def nudge_about_agent(world: World, committed: Committed) -> None:
    """The bot knows what its user and itself have said."""
    if committed.entry.sender is From.AGENT:
        nudge(world, committed)


Reaction = Callable[[World, Committed], None]

REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.MESSAGE: (push, nudge_about_agent),
    Kind.EVENT: (push,),
    Kind.REQUESTED: (push, tell_topic, nudge, fall_back, find_somebody),
    Kind.OFFERED: (push,),
    Kind.DECLINED: (push, find_somebody),
    Kind.ESCALATED: (push, tell_topic),
    Kind.CLAIMED: (push, nudge, measuring.first_claim, timers.see_to_owner),
    Kind.RELEASED: (push, nudge, find_somebody, somebody_is_free),
    Kind.TRANSFERRED: (push, nudge, find_somebody, somebody_is_free, timers.see_to_owner),
    Kind.RETURNED: (push, nudge, reporting.count, somebody_is_free),
    Kind.NOTE: (push,),
    Kind.TAGGED: (push,),
    Kind.SUGGESTION: (push,),
    Kind.LEAK: (push, measuring.leak, reporting.count_leak),
}

STIRS = frozenset({*rep.PUBLIC_TYPES, Kind.OFFERED, Kind.DECLINED, Kind.ESCALATED})
"""Entries that change who may speak, or whose turn it is to take it."""
MOVES = frozenset({Kind.REQUESTED, Kind.RELEASED, Kind.TRANSFERRED})
"""Entries that may take a conversation out of somebody's sight."""
