"""What the user is told when who may speak has changed, in the language of the handoff."""

from collections.abc import Mapping

from chalicelib.domain import texts
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.texts import Text
from chalicelib.usecases.admin.settings import queue_or_default, settings_or_default
from chalicelib.usecases.reports import reports
from chalicelib.usecases.routing import availability
from chalicelib.usecases.services import Services

Facts = Mapping[str, object]

SPOKEN_OF = frozenset(
    {Kind.REQUESTED, Kind.CLAIMED, Kind.RELEASED, Kind.TRANSFERRED, Kind.RETURNED}
)


def user_text(services: Services, head: Head, entry: Entry) -> str | None:
    """None where the text is switched off. `head` is the conversation's, as it is now."""
    if entry.kind not in SPOKEN_OF:
        return None
    facts = entry.payload or {}
    handoff = services.conversations.handoff(head.bot, str(facts.get("handoff_id")))
    if entry.kind is Kind.REQUESTED and handoff and handoff.claimed_at == handoff.requested_at:
        return None  # whoever took it in the same breath has kept nobody waiting
    queue = queue_or_default(services, head.bot, _queue_name(facts, handoff))
    settings = settings_or_default(services, head.bot)
    language = handoff.request.language if handoff else None
    locales = texts.locales(language, settings.default_locale)
    template = texts.template(_name(entry, facts, queue), locales, (queue.texts, settings.texts))
    if template is None:
        return None
    values = {"agent": _agent(facts, handoff), "queue": queue.name or texts.UNKNOWN_VALUE}
    return texts.fill(template, values | _place(services, head, queue, template))


def _name(entry: Entry, facts: Facts, queue: Queue) -> Text:
    if entry.kind is Kind.RETURNED:
        return Text(str(facts["outcome"]))
    if entry.kind is Kind.REQUESTED:
        return Text.REQUESTED if queue.is_open(entry.at) else Text.CLOSED
    if entry.kind is Kind.TRANSFERRED and "owner" not in facts:
        return Text.RELEASED
    return Text(entry.kind)


def _queue_name(facts: Facts, handoff: Handoff | None) -> str | None:
    """As it was then, where the entry says so."""
    known = facts.get("queue", handoff.request.queue if handoff else None)
    return None if known is None else str(known)


def _agent(facts: Facts, handoff: Handoff | None) -> str:
    owner = facts.get("owner")
    if isinstance(owner, Mapping):
        return str(owner["name"])
    return handoff.owner.name if handoff and handoff.owner else texts.UNKNOWN_VALUE


def _place(services: Services, head: Head, queue: Queue, template: str) -> dict[str, str]:
    """Asked only where the text says it: each is a read of its own."""
    wanted, found = texts.placeholders_in(template), {}
    if "position" in wanted:
        waits = head.status is Status.WAITING
        found["position"] = str(availability.position(services, head)) if waits else "1"
    if "wait" in wanted:
        wait = reports.median_wait(services, head.bot, queue.name or None)
        found["wait"] = texts.UNKNOWN_VALUE if wait is None else str(max(1, round(wait / 60)))
    return found
