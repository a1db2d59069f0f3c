"""The texts that tell users about their handoff, in the handoff's language."""

from collections.abc import Mapping

from chalicelib.domain import texts
from chalicelib.domain.conversation.entries import (
    Claimed,
    Content,
    Entry,
    HandoffContent,
    Kind,
    MessageLeft,
    OwnerContent,
    QueueContent,
    Released,
    Requested,
    Returned,
    TransferredToAgent,
    TransferredToQueue,
)
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.texts import Text
from chalicelib.usecases.reports import reports
from chalicelib.usecases.routing import availability
from chalicelib.usecases.routing.stored_settings import queue_or_default, settings_or_default
from chalicelib.usecases.services import Services


def user_text(services: Services, head: Head, entry: Entry, handoff: Handoff | None) -> str | None:
    """The text for the user about this entry, or None if there is none or it is disabled.

    `head` is the current head of the conversation, `handoff` the handoff of the entry.
    """
    content = entry.content
    name = _name(entry)
    if name is None or not isinstance(content, HandoffContent):
        return None
    if entry.kind is Kind.REQUESTED and handoff and handoff.claimed_at == handoff.requested_at:
        return None  # an agent took over: the user did not have to wait
    queue = queue_or_default(services, head.bot, _queue_name(content, handoff))
    if name is Text.REQUESTED and not queue.is_open(entry.at):
        name = Text.CLOSED
    settings = settings_or_default(services, head.bot)
    language = handoff.request.language if handoff else None
    locales = texts.locales(language, settings.default_locale)
    template = texts.template(name, locales, (queue.texts, settings.texts))
    if template is None:
        return None
    values = {"agent": _agent(content, handoff), "queue": queue.name or texts.UNKNOWN_VALUE}
    return texts.fill(template, values | _waiting_values(services, head, queue, template))


def _name(entry: Entry) -> Text | None:
    """The name of the text for this entry; None if the user is told nothing."""
    content = entry.content
    if isinstance(content, Returned | MessageLeft):
        # A newer release may have stored an outcome that has no text here.
        return Text(content.outcome) if content.outcome in OUTCOMES else None
    return TEXTS.get(type(content))


OUTCOMES = frozenset(Text)
TEXTS: Mapping[type[Content], Text] = {
    Requested: Text.REQUESTED,
    Claimed: Text.CLAIMED,
    Released: Text.RELEASED,
    TransferredToAgent: Text.TRANSFERRED,
    TransferredToQueue: Text.RELEASED,
}


def _queue_name(content: HandoffContent, handoff: Handoff | None) -> str | None:
    """The queue at the time of the entry, if the entry names one."""
    if isinstance(content, QueueContent):
        return content.queue
    return handoff.request.queue if handoff else None


def _agent(content: HandoffContent, handoff: Handoff | None) -> str:
    if isinstance(content, OwnerContent):
        return content.owner.name
    return handoff.owner.name if handoff and handoff.owner else texts.UNKNOWN_VALUE


def _waiting_values(services: Services, head: Head, queue: Queue, template: str) -> dict[str, str]:
    """Position, and wait in minutes. Each costs a read, so only those in the template are read."""
    placeholders, values = texts.placeholders_in(template), {}
    if "position" in placeholders:
        waits = head.status is Status.WAITING
        values["position"] = str(availability.position(services, head)) if waits else "1"
    if "wait" in placeholders:
        wait = reports.median_wait(services, head.bot, queue.name or None)
        values["wait"] = texts.UNKNOWN_VALUE if wait is None else str(max(1, round(wait / 60)))
    return values
