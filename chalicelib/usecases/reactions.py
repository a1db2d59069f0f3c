"""Reactions: what happens after an entry is committed, by its kind.

The table is the outbox: its stream brings each entry here at least once, so a reaction may run
twice for the same entry. Reactions are independent: if one fails, the others still run.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from msgspec import Struct

from chalicelib.domain.access import Role
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.usecases import views
from chalicelib.usecases.admin.notifications import is_for
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.live.entry_push import push_entry
from chalicelib.usecases.live.topic import publish_handoff, publish_notification
from chalicelib.usecases.ports.live import Reacted
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.routing import lost_agents
from chalicelib.usecases.routing.assign import offer_next_waiting, offer_to_agent
from chalicelib.usecases.search.indexing import index_entry
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.enqueue import enqueue_webhooks, queued_for

log = logging.getLogger("baton")

Reaction = Callable[[Services, CommittedEntry], None]


def _loaded_by_first_call(place: str) -> Callable[[Services, Any], None]:
    """The reaction at this place below `usecases`, as `module:function`. Few entries need it, so
    the function of the stream does not load it at its start."""
    module, _, name = place.partition(":")

    def react_later(services: Services, event: CommittedEntry | Notification) -> None:
        getattr(import_module(f"chalicelib.usecases.{module}"), name)(services, event)

    react_later.__name__ = name
    return react_later


record_leak = _loaded_by_first_call("reports.metrics:record_leak")
record_time_to_claim = _loaded_by_first_call("reports.metrics:record_time_to_claim")
count_handoff = _loaded_by_first_call("reports.reports:count_handoff")
count_rating = _loaded_by_first_call("reports.reports:count_rating")
count_leak = _loaded_by_first_call("reports.reports:count_leak")
move_to_overflow = _loaded_by_first_call("routing.overflow:move_to_overflow")
report_unserved = _loaded_by_first_call("routing.unserved:report_unserved")
notify_mentioned = _loaded_by_first_call("conversations.mentions:notify_mentioned")
alert_by_push = _loaded_by_first_call("web_push.alerts:alert_by_push")
alert_mentioned = _loaded_by_first_call("web_push.alerts:alert_mentioned")

REACTIONS: Mapping[Kind, tuple[Reaction, ...]] = {
    Kind.MESSAGE: (enqueue_webhooks, push_entry, alert_by_push, index_entry),
    Kind.EVENT: (push_entry,),
    Kind.REQUESTED: (
        enqueue_webhooks,
        push_entry,
        publish_handoff,
        alert_by_push,
        move_to_overflow,
        offer_to_agent,
        report_unserved,
        index_entry,
    ),
    Kind.OFFERED: (push_entry, alert_by_push),
    Kind.DECLINED: (push_entry, offer_to_agent),
    Kind.ESCALATED: (push_entry, publish_handoff),
    Kind.CLAIMED: (
        enqueue_webhooks,
        push_entry,
        alert_by_push,
        record_time_to_claim,
        lost_agents.check_new_owner,
    ),
    Kind.RELEASED: (
        enqueue_webhooks,
        push_entry,
        alert_by_push,
        move_to_overflow,
        offer_to_agent,
        offer_next_waiting,
        report_unserved,
    ),
    Kind.TRANSFERRED: (
        enqueue_webhooks,
        push_entry,
        alert_by_push,
        move_to_overflow,
        offer_to_agent,
        offer_next_waiting,
        lost_agents.check_new_owner,
        report_unserved,
    ),
    Kind.RETURNED: (
        enqueue_webhooks,
        push_entry,
        count_handoff,
        offer_next_waiting,
        index_entry,
    ),
    Kind.SNOOZED: (push_entry,),
    Kind.UPDATED: (push_entry, index_entry),
    Kind.RATED: (enqueue_webhooks, push_entry, count_rating),
    Kind.ERASED: (enqueue_webhooks, push_entry),
    Kind.NOTE: (enqueue_webhooks, push_entry, notify_mentioned, index_entry),
    Kind.TAGGED: (enqueue_webhooks, push_entry),
    Kind.SUGGESTION: (push_entry,),
    Kind.LEAK: (push_entry, record_leak, count_leak),
    Kind.UNKNOWN: (),
}
"""The first reaction is the one that the user waits for."""
UNNOTICED: frozenset[Reaction] = frozenset({index_entry})


def reactions_to(entry: Entry) -> tuple[Reaction, ...]:
    """Nobody is told about an imported entry: no push, no webhook, no count in the reports. People
    find it by its words."""
    if entry.is_imported:
        return tuple(each for each in REACTIONS[entry.kind] if each in UNNOTICED)
    return REACTIONS[entry.kind]


def push_notification(services: Services, notification: Notification) -> None:
    """Pushes a notification to the connections of those of the bot's people whom it is for."""
    frame = {
        "event": "notification",
        "bot": notification.bot,
        "notification": views.notification(notification, reader=""),
    }
    connections = audience.connections_of_bot(services, notification.bot)
    roles = {member.person: member.role for member in services.directory.roster(notification.bot)}

    def receives(connection: SocketConnection) -> bool:
        role = Role.OWNER if connection.is_owner else roles.get(connection.person)
        return role is not None and is_for(notification, connection.person, role)

    push.send_or_mark(services, [(each.id, frame) for each in connections if receives(each)])


NOTIFICATION_REACTIONS: tuple[Callable[[Services, Notification], None], ...] = (
    push_notification,
    publish_notification,
    alert_mentioned,
)


def react(services: Services, event: CommittedEntry | Notification) -> None:
    """Runs all reactions to this entry or notification, in their order, even if some fail.

    Raises the first error: call it again with the same entry. It then runs only those reactions
    again that failed, if the same process has made the first call.
    """
    failures = run_reactions(services, event)
    if failures:
        raise next(iter(failures.values()))
    mark_handled(services, [event])


class HandledRun(Struct):
    """Owed entries of one conversation that follow each other: those after `previous`, up to
    `seq`. `queued` is the last that each webhook has to receive, by the webhook's id."""

    previous: int
    seq: int
    queued: dict[str, int] = {}


def mark_handled(services: Services, handled: Iterable[CommittedEntry | Notification]) -> None:
    """Stores that the reactions to these entries and notifications have run, with one write for
    each conversation and each notification.

    A mark that cannot be stored costs only a second run: the sweep takes the reactions for lost.
    """
    entries = list[CommittedEntry]()
    for event in handled:
        if isinstance(event, CommittedEntry):
            entries.append(event)
            continue
        try:
            services.notifications.mark_handled(event.bot, event.id)
        except Exception:
            log.exception(
                "reactions not marked", extra={"bot": event.bot, "notification": event.id}
            )
    for (bot, conversation_id), runs in _runs(services, entries).items():
        for run in runs:
            try:
                mark_run(services, bot, conversation_id, run)
            except Exception:
                place = {"bot": bot, "conversation_id": conversation_id}
                log.exception("reactions not marked", extra=place)


def mark_run(services: Services, bot: str, conversation_id: str, run: HandledRun) -> None:
    """`handled` is marked last: until then, the sweep repeats the whole run."""
    for webhook, seq in run.queued.items():
        if webhook != CHANNEL:
            services.deliveries.mark_queued(bot, conversation_id, seq, webhook)
    queued = run.queued.get(CHANNEL)
    services.deliveries.mark_handled(bot, conversation_id, run.previous, run.seq, queued)


def _runs(
    services: Services, handled: Iterable[CommittedEntry]
) -> Mapping[tuple[str, str], list[HandledRun]]:
    found: dict[tuple[str, str], list[HandledRun]] = {}
    for committed in handled:
        entry = committed.entry
        if entry.previous_owed is None:
            continue
        runs = found.setdefault((committed.bot, committed.conversation_id), [])
        if not runs or runs[-1].seq != entry.previous_owed:
            runs.append(HandledRun(entry.previous_owed, entry.seq))
        runs[-1].seq = entry.seq
        runs[-1].queued |= dict.fromkeys(queued_for(services, committed), entry.seq)
    return found


def run_most_urgent(services: Services, event: CommittedEntry) -> None:
    """Runs the reaction that the user waits for, if it is the webhook: it is quick, and the others
    may meet trouble. `run_reactions` then passes over it, or repeats it if it has failed."""
    for reaction in reactions_to(event.entry)[:1]:
        if reaction is enqueue_webhooks:
            _run(services, _place(event), reaction.__name__, partial(reaction, services, event))


def run_reactions(
    services: Services, event: CommittedEntry | Notification
) -> Mapping[str, Exception]:
    """As `react`. Returns the errors of the reactions that failed, by the reaction's name."""
    memory, failures = services.reaction_memory, dict[str, Exception]()
    place = _place(event)
    for name, run in _reactions_to(services, event):
        if memory.is_done(place, name):
            continue
        error = _run(services, place, name, run)
        if error:
            failures[name] = error
    if not failures:
        memory.forget(place)
    return failures


def _run(
    services: Services, place: Reacted, name: str, run: Callable[[], None]
) -> Exception | None:
    try:
        run()
    except Exception as error:
        log.exception("reaction failed", extra={"reaction": name})
        return error
    services.reaction_memory.add(place, name)
    return None


def _reactions_to(
    services: Services, event: CommittedEntry | Notification
) -> Iterator[tuple[str, Callable[[], None]]]:
    if isinstance(event, Notification):
        for announce in NOTIFICATION_REACTIONS:
            yield announce.__name__, partial(announce, services, event)
    else:
        for reaction in reactions_to(event.entry):
            yield reaction.__name__, partial(reaction, services, event)


def _place(event: CommittedEntry | Notification) -> Reacted:
    if isinstance(event, Notification):
        return event.bot, event.id, 0
    return event.bot, event.conversation_id, event.entry.seq
