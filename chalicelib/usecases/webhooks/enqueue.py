"""Reactions that wake the webhook worker for an entry."""

from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.usecases import views
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import DeliveryAttempt, Webhook
from chalicelib.usecases.services import Services


def enqueue_webhook(services: Services, committed: CommittedEntry) -> None:
    """Does nothing if the bot has no webhook. If the webhook is disabled, it only logs that the
    entry waits for it."""
    webhook = find_webhook(services, committed.bot)
    if webhook is None:
        return
    if webhook.is_enabled:
        services.webhook_queue.enqueue(
            committed.bot, committed.conversation_id, committed.entry.seq
        )
    else:
        log_held(services, webhook, committed)


def enqueue_agent_message(services: Services, committed: CommittedEntry) -> None:
    """Skips messages of the user and of the bot, because the bot knows them."""
    if committed.entry.is_agent_message:
        enqueue_webhook(services, committed)


def find_webhook(services: Services, bot_id: str) -> Webhook | None:
    """The bot's webhook. Reads the table before it says that there is no enabled one: an admin may
    have just set it."""
    bot = services.directory.bot(bot_id)
    if bot is None or bot.webhook is None or not bot.webhook.is_enabled:
        bot = services.directory.bot(bot_id, fresh=True)
    return bot.webhook if bot else None


def is_webhook_entry(entry: Entry) -> bool:
    """True for agents' messages and handoff events: the bot knows all other messages, and those
    that were imported."""
    is_news = entry.is_agent_message or entry.kind in views.PUBLIC_TYPES
    return is_news and not entry.is_imported


def is_for_webhook(services: Services, committed: CommittedEntry) -> bool:
    """Whether the bot has a webhook, enabled or not, that has to receive this entry."""
    if not is_webhook_entry(committed.entry):
        return False
    bot = services.directory.bot(committed.bot)
    return bot is not None and bot.webhook is not None


def webhook_type(entry: Entry) -> str:
    return "agent.message" if entry.kind is Kind.MESSAGE else views.PUBLIC_TYPES[entry.kind]


def is_due(entry: Entry, webhook: Webhook) -> bool:
    """True if the webhook has to receive the entry: it was set before the entry was written."""
    return entry.at >= webhook.active_since and is_webhook_entry(entry)


def log_held(services: Services, webhook: Webhook, committed: CommittedEntry) -> None:
    """Logs that the entry waits until the disabled webhook is set again. The logged time is that of
    the entry, so that a second call writes the same row."""
    entry = committed.entry
    if not is_due(entry, webhook):
        return
    services.deliveries.record_attempt(
        DeliveryAttempt(
            bot=committed.bot,
            conversation_id=committed.conversation_id,
            seq=entry.seq,
            attempt=1,
            type=webhook_type(entry),
            at=entry.at,
            error=webhook.disabled_reason,
            held=True,
        )
    )
