"""The reaction that wakes the webhook worker for an entry."""

from chalicelib.domain.conversation.entries import Entry
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL, DeliveryAttempt, Webhook
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.event_types import (
    DEFAULT_EVENTS,
    event_type,
    received_since,
)


def enqueue_webhooks(services: Services, committed: CommittedEntry) -> None:
    """Wakes the worker for each webhook of the bot that receives such entries. If a webhook is
    disabled, it only logs that the entry waits for it."""
    type_ = event_type(committed.entry)
    if type_ is None:
        return
    bot = services.directory.bot(committed.bot)
    if type_ in DEFAULT_EVENTS and not _has_channel(bot):
        # An admin may have just set it.
        bot = services.directory.bot(committed.bot, fresh=True)
    for webhook in receivers(bot, committed.entry):
        if webhook.is_enabled:
            services.webhook_queue.enqueue(
                committed.bot, committed.conversation_id, committed.entry.seq, webhook.id
            )
        else:
            log_held(services, webhook, committed)


def receivers(bot: Bot | None, entry: Entry) -> list[Webhook]:
    """The webhooks, enabled or not, that receive entries of this type."""
    type_, webhooks = event_type(entry), bot.webhooks if bot else ()
    return [each for each in webhooks if received_since(each, type_) is not None]


def queued_for(services: Services, committed: CommittedEntry) -> list[str]:
    """The ids of the webhooks that have to receive this entry."""
    if event_type(committed.entry) is None:
        return []
    bot = services.directory.bot(committed.bot)
    return [each.id for each in receivers(bot, committed.entry)]


def find_webhook(services: Services, bot_id: str, webhook: str = CHANNEL) -> Webhook | None:
    """Reads the table before it says that the webhook does not exist or is disabled: an admin may
    have just set it."""
    bot = services.directory.bot(bot_id)
    found = bot.webhook_of(webhook) if bot else None
    if found is None or not found.is_enabled:
        bot = services.directory.bot(bot_id, fresh=True)
    return bot.webhook_of(webhook) if bot else None


def is_due(entry: Entry, webhook: Webhook) -> bool:
    """True if the webhook has to receive the entry: it received this type already when the entry
    was written."""
    since = received_since(webhook, event_type(entry))
    return since is not None and entry.at >= since


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
            type=event_type(entry) or "",
            at=entry.at,
            error=webhook.disabled_reason,
            held=True,
            webhook=webhook.id,
        )
    )


def _has_channel(bot: Bot | None) -> bool:
    return bot is not None and bot.webhook is not None and bot.webhook.is_enabled
