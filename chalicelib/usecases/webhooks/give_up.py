"""Marks an entry as failed after the webhook has refused it too often."""

from contextlib import suppress

from chalicelib.domain.access import system_caller
from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.conversation.entries import Entry, HandoffContent
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.conversation.head import Head, WithBot
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.ports.conversations import CommitConflict
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification, earliest_id
from chalicelib.usecases.services import Services

BOT_DOWN = "bot_down"
"""The reason of the handoff that begins if the bot cannot be reached."""
UNDELIVERED = "Baton has given up delivering to the bot's server. The user has not seen this reply."
UNREACHABLE = "Baton has given up delivering to the bot's server. A person takes over from the bot."


def give_up(services: Services, bot: str, conversation_id: str, entry: Entry) -> None:
    """Marks the entry as undelivered, notifies the agents once in each turn, and asks for a person
    if it would be the unreachable bot's turn. A second call changes nothing."""
    services.conversations.mark_undelivered(bot, conversation_id, entry.seq, undelivered=True)
    head = services.conversations.head(bot, conversation_id)
    if head is None:
        return
    _notify(services, head, UNDELIVERED if entry.is_agent_message else UNREACHABLE)
    if isinstance(head, WithBot):
        request = Request(reason=BOT_DOWN, queue=_last_queue(services, head, entry))
        execute(services, system_caller(bot), conversation_id, Pause(request))


def _last_queue(services: Services, head: Head, entry: Entry) -> str | None:
    if not isinstance(entry.content, HandoffContent):
        return None
    handoff = services.conversations.handoff(head.bot, entry.content.handoff_id)
    return handoff.request.queue if handoff else None


def _notify(services: Services, head: Head, message: str) -> None:
    now = services.clock.now()
    key = IdempotencyKey("system", f"undelivered:{head.id}:{head.epoch}", "")
    notification = Notification(
        id=earliest_id(now) + services.random.token()[:12],
        bot=head.bot,
        message=message,
        level="error",
        at=now,
        conversation_id=head.id,
    )
    with suppress(CommitConflict):
        services.notifications.add(notification, key)
