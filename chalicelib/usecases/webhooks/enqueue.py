"""Reactions that wake the webhook worker for an entry."""

from chalicelib.domain.conversation.authors import From
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services


def enqueue_webhook(services: Services, committed: CommittedEntry) -> None:
    """Does nothing if the bot has no enabled webhook."""
    bot = services.directory.bot(committed.bot)
    if bot and bot.webhook and not bot.webhook.disabled_reason:
        services.webhook_queue.enqueue(
            committed.bot, committed.conversation_id, committed.entry.seq
        )


def enqueue_agent_message(services: Services, committed: CommittedEntry) -> None:
    """Skips messages of the user and of the bot, because the bot knows them."""
    if committed.entry.sender is From.AGENT:
        enqueue_webhook(services, committed)
