"""The webhook worker: delivers the entries of a conversation in order, signed, and with retries."""

import json

from msgspec import Struct

from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.erasure import is_hidden
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases import views
from chalicelib.usecases.live import delivery_status
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import (
    CHANNEL,
    DeliveryAttempt,
    DeliveryCursor,
    Webhook,
)
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.body import webhook_body
from chalicelib.usecases.webhooks.enqueue import find_webhook, is_due, log_held
from chalicelib.usecases.webhooks.event_types import event_type
from chalicelib.usecases.webhooks.give_up import give_up
from chalicelib.usecases.webhooks.send import SendResult, send_signed

WAITS = (2, 10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600)
"""The longest wait, in seconds, before the second, third … attempt. If the last attempt fails, the
entry is given up and goes to the dead-letter queue."""
DEADLINE = 30 * 1000
"""Milliseconds after which one call begins no further attempt; the next call delivers the rest. An
attempt takes up to 10 seconds, and the function has 60."""
SLOT_LEASE = 75 * 1000
BUSY_WAIT, LONGEST_BUSY_WAIT, GROWTH = 2, 120, 1.3
"""Seconds: the first and the longest wait for a free slot, and by how much it grows each time. The
queue gives a message up after 1,000 receives, so a fixed wait would lose entries of a conversation
that waits behind many others of a server that is down."""
FRESH_MS, KEPT_FREE = 60 * 1000, 1
"""Somebody waits in a conversation in which an entry is younger than this, in milliseconds. So many
slots are kept free for such conversations: a backlog of old ones takes the others."""
CURSOR_WAIT = 2
"""Seconds after another call has moved the cursor."""
LATE = 60
"""Seconds after which an entry's age is recorded as a metric. SQS's own metric of ages leaves out
messages that were received three times."""
PAGE = 100
GONE = 410
"""The status by which a bot's server switches its webhook off. The entry waits, as all later ones
do, until an admin sets the webhook again."""
GONE_REASON = "The webhook answered 410 Gone."


class DeliveryJob(Struct, frozen=True):
    """One message of the webhook queue. `receipt` is the handle by which it can be delayed."""

    bot: Bot
    webhook: Webhook
    conversation_id: str
    receipt: str


def deliver(
    services: Services,
    bot_id: str,
    conversation_id: str,
    receipt: str,
    receives: int = 1,
    webhook_id: str = CHANNEL,
) -> bool:
    """Delivers the pending entries of a conversation to one of the bot's webhooks. `receives` is
    how often the queue has handed out this message.

    Returns False if entries remain to be tried: the queue message of this `receipt` is delayed and
    will be received again.
    """
    webhook = find_webhook(services, bot_id, webhook_id)
    bot = services.directory.bot(bot_id)
    if bot is None or webhook is None:
        return True
    if not webhook.is_enabled:
        return _hold_pending(services, bot_id, conversation_id, webhook)
    slots = services.deliveries
    slot = slots.acquire_slot(bot_id, services.clock.now(), SLOT_LEASE, webhook_id, spare=KEPT_FREE)
    if slot is None and _is_fresh(services, bot_id, conversation_id):
        slot = slots.acquire_slot(bot_id, services.clock.now(), SLOT_LEASE, webhook_id)
        receives = 1
    if slot is None:
        return _delay(services, receipt, _busy_wait(services, receives))
    try:
        return _deliver_pending(services, DeliveryJob(bot, webhook, conversation_id, receipt))
    finally:
        services.deliveries.release_slot(bot_id, slot, webhook_id)


def _is_fresh(services: Services, bot: str, conversation_id: str) -> bool:
    head = services.conversations.head(bot, conversation_id)
    return head is not None and head.updated_at > services.clock.now() - FRESH_MS


def _busy_wait(services: Services, receives: int) -> int:
    """Seconds, half of them at random."""
    # The exponent is limited, because a large one is no float.
    longest = min(LONGEST_BUSY_WAIT, BUSY_WAIT * GROWTH ** min(receives - 1, 100))
    return max(1, round(longest * (1 + services.random.fraction()) / 2))


def _deliver_pending(services: Services, job: DeliveryJob) -> bool:
    """Delivers entries after the cursor until one has to wait for its next attempt."""
    bot, conversation_id, webhook = job.bot.id, job.conversation_id, job.webhook.id
    deadline = services.clock.now() + DEADLINE
    cursor = services.deliveries.cursor(bot, conversation_id, webhook)
    seen = cursor.seq
    while page := services.conversations.entries_after(bot, conversation_id, seen, PAGE):
        seen = page[-1].seq
        for entry in (e for e in page if is_due(e, job.webhook)):
            if services.clock.now() > deadline:
                return _delay(services, job.receipt, 0)
            head = services.conversations.head(bot, conversation_id)
            if head is None or is_hidden(head, entry.seq):
                continue
            result = send_entry(services, head, job.webhook, entry)
            if result.status == GONE:
                at = _record(services, job, entry, cursor, result, dead=False)
                now = services.clock.now()
                services.deliveries.mark_gone(bot, conversation_id, entry.seq, at, webhook)
                services.deliveries.disable_webhook(bot, GONE_REASON, now, webhook)
                return True
            moved = next_cursor(cursor, entry.seq, result)
            dead = _given_up(moved, entry, result)
            if dead and job.webhook.is_channel:
                # Before the cursor moves, so that a crash in between repeats it.
                give_up(services, bot, conversation_id, entry)
            if not services.deliveries.advance_cursor(bot, conversation_id, cursor, moved, webhook):
                return _delay(services, job.receipt, CURSOR_WAIT)
            _record(services, job, entry, cursor, result, dead=dead)
            wait = 0
            if moved.seq < entry.seq:
                wait = int(services.random.fraction() * WAITS[moved.attempts - 1])
            _record_age(services, bot, entry, wait)
            cursor = moved
            if entry.is_agent_message and job.webhook.is_channel:
                failed = entry.seq if dead else None
                delivery_status.push_status(services, bot, conversation_id, cursor, failed=failed)
            if cursor.seq < entry.seq:
                return _delay(services, job.receipt, wait)
    return True


def _hold_pending(services: Services, bot: str, conversation_id: str, webhook: Webhook) -> bool:
    """Nothing is delivered until an admin sets the webhook again; the first `PAGE` entries that
    wait for it are in the log of deliveries."""
    cursor = services.deliveries.cursor(bot, conversation_id, webhook.id)
    for entry in services.conversations.entries_after(bot, conversation_id, cursor.seq, PAGE):
        log_held(services, webhook, CommittedEntry(bot, conversation_id, entry))
    return True


def next_cursor(cursor: DeliveryCursor, seq: int, result: SendResult) -> DeliveryCursor:
    """The cursor after an attempt: past the entry if it was delivered or given up, else with one
    more failure."""
    failures = cursor.attempts + 1
    if result.succeeded or failures > len(WAITS):
        return DeliveryCursor(seq)
    return DeliveryCursor(cursor.seq, failures)


def _given_up(moved: DeliveryCursor, entry: Entry, result: SendResult) -> bool:
    return moved.seq == entry.seq and not result.succeeded


def send_entry(services: Services, head: Head, webhook: Webhook, entry: Entry) -> SendResult:
    """Makes one attempt. All attempts for one entry have the same webhook id."""
    body = json.dumps(payload(services, head, webhook, entry))
    return send_signed(services, head.bot, webhook, webhook_id(head.id, entry.seq), body.encode())


def webhook_id(conversation_id: str, seq: int) -> str:
    return f"{conversation_id}:{seq}"


def payload(services: Services, head: Head, webhook: Webhook, entry: Entry) -> views.Json:
    """The body of the event, in the format of the webhook."""
    for integration in services.integrations:
        if integration.webhook_format == webhook.format:
            body = integration.webhook_body(head, entry)
            if body is not None:
                return body
    return webhook_body(services, head, entry)


def _record(
    services: Services,
    job: DeliveryJob,
    entry: Entry,
    cursor: DeliveryCursor,
    result: SendResult,
    *,
    dead: bool,
) -> int:
    """Logs the attempt, and returns its time."""
    delivery = DeliveryAttempt(
        bot=job.bot.id,
        conversation_id=job.conversation_id,
        seq=entry.seq,
        attempt=cursor.attempts + 1,
        type=event_type(entry) or "",
        at=services.clock.now(),
        status=result.status,
        error=result.error,
        dead=dead,
        webhook=job.webhook.id,
    )
    services.deliveries.record_attempt(delivery)
    if dead:
        names = {"bot": delivery.bot, "conversation_id": delivery.conversation_id}
        if not job.webhook.is_channel:
            names["webhook"] = job.webhook.id
        services.webhook_queue.dead_letter({**names, "seq": entry.seq, "type": delivery.type})
        services.metrics.record({Metric.DELIVERIES_DEAD: 1}, delivery.bot)
    return delivery.at


def _record_age(services: Services, bot: str, entry: Entry, wait: int) -> None:
    """Records how old the entry is when its delivery ends, or when it is tried next, `wait` seconds
    from now. Deliveries that are not late record nothing."""
    age = (services.clock.now() - entry.at) // 1000 + wait
    if age >= LATE:
        services.metrics.record({Metric.DELIVERY_AGE: age}, bot)


def _delay(services: Services, receipt: str, seconds: int) -> bool:
    services.webhook_queue.delay(receipt, seconds)
    return False
