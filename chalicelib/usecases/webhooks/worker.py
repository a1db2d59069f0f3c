"""The webhook worker: brings a conversation's log to the bot's server, in order and signed, until
each entry is taken or given up."""

import json

from msgspec import Struct

from chalicelib.botpress import events
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.usecases import views
from chalicelib.usecases.live import delivery_status
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.webhooks import (
    DeliveryAttempt,
    DeliveryCursor,
    Webhook,
    WebhookFormat,
)
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.body import webhook_body, webhook_type
from chalicelib.usecases.webhooks.send import SendResult, send_signed

WAITS = (2, 10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600)
"""Seconds, at most, before the second, third … attempt; after the last one an entry is given up."""
DEADLINE = 60 * 1000
"""Milliseconds in which one call works; the rest of a long log is for the next."""
SLOT_LEASE = DEADLINE + 15 * 1000
SLOT_BUSY_WAIT = 2
PAGE = 100
GONE = 410


class DeliveryJob(Struct, frozen=True):
    """One nudge: whose log, to whom, and the receipt by which the nudge can be put off."""

    bot: Bot
    webhook: Webhook
    conversation_id: str
    receipt: str


def deliver(services: Services, bot_id: str, conversation_id: str, receipt: str) -> bool:
    """Delivers what is due. False: not finished; the nudge has been put off and comes again."""
    bot = services.directory.bot(bot_id)
    if bot is None or bot.webhook is None or bot.webhook.disabled_reason:
        return True
    slot = services.deliveries.acquire_slot(bot_id, services.clock.now(), SLOT_LEASE)
    if slot is None:
        return _delay(services, receipt, SLOT_BUSY_WAIT)
    try:
        return _deliver_pending(services, DeliveryJob(bot, bot.webhook, conversation_id, receipt))
    finally:
        services.deliveries.release_slot(bot_id, slot)


def _deliver_pending(services: Services, errand: DeliveryJob) -> bool:
    """Along the log from the cursor to its end, or to the first entry that has to wait."""
    bot, conversation_id = errand.bot.id, errand.conversation_id
    deadline = services.clock.now() + DEADLINE
    cursor = services.deliveries.cursor(bot, conversation_id)
    seen = cursor.seq
    while page := services.conversations.entries_after(bot, conversation_id, seen, PAGE):
        seen = page[-1].seq
        for entry in (e for e in page if is_due(e, errand.webhook)):
            if services.clock.now() > deadline:
                return _delay(services, errand.receipt, 0)
            attempt = _send(services, errand, entry)
            moved = next_cursor(cursor, entry.seq, attempt)
            if not services.deliveries.advance_cursor(bot, conversation_id, cursor, moved):
                return _delay(services, errand.receipt, SLOT_BUSY_WAIT)
            dead = _given_up(moved, entry, attempt)
            _record(services, errand, entry, cursor, attempt, dead=dead)
            cursor = moved
            if entry.sender is From.AGENT and entry.kind is Kind.MESSAGE:
                failed = entry.seq if dead else None
                delivery_status.push_status(services, bot, conversation_id, cursor, failed)
            if attempt.status == GONE:
                services.deliveries.disable_webhook(bot, "The webhook answered 410 Gone.")
                return True
            if cursor.seq < entry.seq:
                longest = WAITS[cursor.attempts - 1]
                return _delay(services, errand.receipt, int(services.random.fraction() * longest))
    return True


def is_due(entry: Entry, webhook: Webhook) -> bool:
    """Whether the bot's server is told of it: it knows what its user and itself have said."""
    agent_spoke = entry.kind is Kind.MESSAGE and entry.sender is From.AGENT
    return entry.at >= webhook.active_since and (agent_spoke or entry.kind in views.PUBLIC_TYPES)


def next_cursor(cursor: DeliveryCursor, seq: int, attempt: SendResult) -> DeliveryCursor:
    """Past the entry where it was taken or has failed for the last time; else one failure more."""
    failures = cursor.attempts + 1
    if attempt.succeeded or failures > len(WAITS) or attempt.status == GONE:
        return DeliveryCursor(seq)
    return DeliveryCursor(cursor.seq, failures)


def _given_up(moved: DeliveryCursor, entry: Entry, attempt: SendResult) -> bool:
    return moved.seq == entry.seq and not attempt.succeeded


def _send(services: Services, errand: DeliveryJob, entry: Entry) -> SendResult:
    return send_entry(services, errand.bot.id, errand.webhook, errand.conversation_id, entry)


def send_entry(
    services: Services, bot: str, webhook: Webhook, conversation_id: str, entry: Entry
) -> SendResult:
    """One attempt, with the id that every attempt for this entry has."""
    body = json.dumps(_body(services, bot, webhook, conversation_id, entry))
    return send_signed(services, webhook, webhook_id(conversation_id, entry.seq), body.encode())


def webhook_id(conversation_id: str, seq: int) -> str:
    return f"{conversation_id}:{seq}"


def _body(
    services: Services, bot: str, webhook: Webhook, conversation_id: str, entry: Entry
) -> views.Json:
    place = (services, bot, conversation_id, entry)
    if webhook.format is WebhookFormat.BOTPRESS:
        return events.webhook_body(*place) or webhook_body(*place)
    return webhook_body(*place)


def _record(
    services: Services,
    errand: DeliveryJob,
    entry: Entry,
    cursor: DeliveryCursor,
    attempt: SendResult,
    *,
    dead: bool,
) -> None:
    delivery = DeliveryAttempt(
        bot=errand.bot.id,
        conversation_id=errand.conversation_id,
        seq=entry.seq,
        attempt=cursor.attempts + 1,
        type=webhook_type(entry),
        at=services.clock.now(),
        status=attempt.status,
        error=attempt.error,
        dead=dead,
    )
    services.deliveries.record_attempt(delivery)
    if dead:
        names = {"bot": delivery.bot, "conversation_id": delivery.conversation_id}
        services.webhook_queue.dead_letter({**names, "seq": entry.seq, "type": delivery.type})
        services.metrics.record({Metric.DELIVERIES_DEAD: 1}, delivery.bot)


def _delay(services: Services, receipt: str, seconds: int) -> bool:
    services.webhook_queue.delay(receipt, seconds)
    return False
