"""The types of events that webhooks and listening bots may receive."""

from collections.abc import Iterable, Sequence

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.errors import invalid_field
from chalicelib.usecases import views
from chalicelib.usecases.records.webhooks import Webhook

AGENT_MESSAGE = "agent.message"
ERASED = "conversation.erased"
RATED = "conversation.rated"
DEFAULT_EVENTS = (AGENT_MESSAGE, *views.PUBLIC_TYPES.values())
"""A bot that sends on its own channel needs these."""
MESSAGE_TYPES = {
    From.AGENT: AGENT_MESSAGE,
    From.USER: "user.message",
    From.BOT: "bot.message",
}
OTHER_TYPES = {
    Kind.NOTE: "note.added",
    Kind.TAGGED: "tags.changed",
    Kind.RATED: RATED,
    Kind.ERASED: ERASED,
}
EVENTS = (
    *DEFAULT_EVENTS,
    *(name for name in MESSAGE_TYPES.values() if name != AGENT_MESSAGE),
    *OTHER_TYPES.values(),
)
HANDOFFS = "handoff.*"
"""Stands for all types that begin so."""


def event_type(entry: Entry) -> str | None:
    """None if no webhook receives such an entry. Nothing follows from an imported one."""
    if entry.is_imported:
        return None
    if entry.kind is Kind.MESSAGE:
        return MESSAGE_TYPES.get(entry.sender)
    return views.PUBLIC_TYPES.get(entry.kind) or OTHER_TYPES.get(entry.kind)


def received_since(webhook: Webhook, type_: str | None) -> int | None:
    """The time from which on the webhook receives events of this type; None if it does not."""
    if type_ is None:
        return None
    if webhook.events is None:
        return webhook.active_since if type_ in DEFAULT_EVENTS else None
    return webhook.events.get(type_)


def names_of(webhook: Webhook) -> list[str]:
    """In the order of `EVENTS`."""
    return [name for name in EVENTS if received_since(webhook, name) is not None]


def require_types(named: Iterable[str], known: Sequence[str], default: Sequence[str]) -> list[str]:
    """Without repeats; the default types if none is named. Raises InvalidRequest."""
    wanted = list[str]()
    for name in named:
        wanted += (
            [each for each in known if each.startswith("handoff.")] if name == HANDOFFS else [name]
        )
    wanted = list(dict.fromkeys(wanted)) or list(default)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise invalid_field(
            "events", f"There is no event {unknown[0]}. There are {', '.join(known)}."
        )
    return wanted
