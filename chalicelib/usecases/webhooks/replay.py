"""The log of webhook deliveries, and replays."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import Conflict, Forbidden, NotFound
from chalicelib.usecases import views
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations import shown
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.live import delivery_status
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.webhooks import CHANNEL, DeliveryAttempt, Progress, Webhook
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.event_types import DEFAULT_EVENTS, event_type
from chalicelib.usecases.webhooks.worker import GONE, payload, send_entry

REPLAY = 0
PAGES_PER_CALL = 10
PAGE = 100


class DeliveryOutcome(StrEnum):
    """The outcome of an attempt. `pending`: it failed and the next attempt will follow."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"


class LoggedDelivery(Struct, frozen=True):
    delivery: DeliveryAttempt
    outcome: DeliveryOutcome


class DeliveryDetail(Struct, frozen=True):
    """A delivery with the conversation that it is about. `body` is what an attempt would send now:
    times of file links differ. It is None if the webhook was removed."""

    logged: LoggedDelivery
    head: Head
    body: views.Json | None


def get_delivery(services: Services, caller: Caller, delivery_id: str) -> DeliveryDetail:
    """Raises NotFound, also if the user was erased since. It counts as a reading of the
    conversation."""
    authorize(caller, Action.SEE_DELIVERIES)
    delivery = services.deliveries.attempt(caller.bot, delivery_id)
    if delivery is None:
        raise _no_delivery(caller, delivery_id)
    head, entry = _load(services, caller, delivery)
    audit.record_reading(services, caller, head.id)
    webhook = services.administration.webhook(caller.bot, delivery.webhook)
    body = payload(services, head, webhook, entry) if webhook else None
    progress = services.deliveries.progress(caller.bot, {head.id}, delivery.webhook)
    found = outcome(delivery, progress.get(head.id, Progress()))
    return DeliveryDetail(LoggedDelivery(delivery, found), head, body)


def list_deliveries(
    services: Services,
    caller: Caller,
    outcome_filter: DeliveryOutcome | None,
    position: str | None,
    limit: int,
) -> tuple[list[LoggedDelivery], str | None]:
    """Returns attempts, newest first, and the position of the next page.

    `outcome_filter` None means any outcome. A page may be short or empty before the last one,
    because it reads at most `PAGES_PER_CALL` stored pages.
    """
    authorize(caller, Action.SEE_DELIVERIES)
    deliveries: list[LoggedDelivery] = []
    for _ in range(PAGES_PER_CALL):
        page, position = services.deliveries.latest_attempts(
            caller.bot, position, PAGE if outcome_filter else limit
        )
        for logged in _with_outcomes(services, page):
            if outcome_filter in (None, logged.outcome):
                deliveries.append(logged)
            if len(deliveries) == limit:
                is_last = position is None and logged.delivery == page[-1]
                return deliveries, None if is_last else logged.delivery.id
        if position is None:
            break
    return deliveries, position


def replay(services: Services, caller: Caller, delivery_id: str) -> LoggedDelivery:
    """Sends the entry of this delivery to its webhook again, in one attempt and with the same
    `webhook-id`.

    The attempt is logged as a delivery of its own. Raises NotFound; Conflict if the webhook is
    disabled or was removed.
    """
    authorize(caller, Action.CONFIGURE)
    delivery = services.deliveries.attempt(caller.bot, delivery_id)
    if delivery is None:
        raise _no_delivery(caller, delivery_id)
    head, entry = _load(services, caller, delivery)
    logged = _send_again(services, caller, head, entry, delivery.webhook)
    status = logged.delivery.status
    audit.record(
        services,
        caller,
        AuditAction.DELIVERY_REPLAYED,
        delivery_id=delivery_id,
        status=status,
    )
    return logged


def resend(services: Services, caller: Caller, conversation_id: str, seq: int) -> LoggedDelivery:
    """As `replay`, to the bot's channel, by the conversation's owner, its last owner or a
    supervisor.

    Raises NotFound if the conversation has no such entry for the webhook, Forbidden, and
    Conflict as `replay` does.
    """
    authorize(caller, Action.SAY)
    head = find_visible(services, caller, conversation_id)
    if not (caller.has_supervisor_rights or caller.id in (head.owner_id, head.last_agent)):
        raise Forbidden(
            "Only the conversation's owner, its last owner and supervisors may do this."
        )
    entry = shown.entry_at(services, head, seq)
    if entry is None or event_type(entry) not in DEFAULT_EVENTS:
        raise NotFound(f"The conversation has no entry {seq} that the webhook receives.")
    return _send_again(services, caller, head, entry, CHANNEL)


def _send_again(
    services: Services, caller: Caller, head: Head, entry: Entry, webhook_id: str
) -> LoggedDelivery:
    webhook = _require_enabled_webhook(services, caller, webhook_id)
    attempt = send_entry(services, head, webhook, entry)
    again = DeliveryAttempt(
        bot=caller.bot,
        conversation_id=head.id,
        seq=entry.seq,
        attempt=REPLAY,
        type=event_type(entry) or "",
        at=services.clock.now(),
        status=attempt.status,
        error=attempt.error,
        webhook=webhook_id,
    )
    services.deliveries.record_attempt(again)
    if again.succeeded and entry.is_undelivered and webhook.is_channel:
        services.conversations.mark_undelivered(caller.bot, head.id, entry.seq, undelivered=False)
        cursor = services.deliveries.cursor(caller.bot, head.id)
        delivery_status.push_status(services, caller.bot, head.id, cursor, resent=entry.seq)
    return LoggedDelivery(again, outcome(again, Progress()))


def outcome(of: DeliveryAttempt, progress: Progress) -> DeliveryOutcome:
    cursor = progress.cursor
    if of.succeeded:
        return DeliveryOutcome.DELIVERED
    if of.dead:
        return DeliveryOutcome.DEAD
    if cursor.seq >= of.seq or of.attempt == REPLAY:
        return DeliveryOutcome.FAILED
    waits_for_webhook = of.held or (of.status == GONE and of.at == progress.gone_at)
    is_last = waits_for_webhook or cursor.attempts == of.attempt
    return DeliveryOutcome.PENDING if is_last else DeliveryOutcome.FAILED


def _with_outcomes(services: Services, page: list[DeliveryAttempt]) -> list[LoggedDelivery]:
    """Reads the cursors of failed attempts only: the outcome of others does not depend on them.

    An entry that was held is left out once the webhook has received it, or if an attempt that
    failed with 410 shows that it waits.
    """
    failed: dict[str, set[str]] = {}
    for attempt in page:
        if not (attempt.succeeded or attempt.dead):
            failed.setdefault(attempt.webhook, set()).add(attempt.conversation_id)
    known = {
        webhook: services.deliveries.progress(page[0].bot, ids, webhook)
        for webhook, ids in failed.items()
    }

    def log_of(attempt: DeliveryAttempt) -> LoggedDelivery | None:
        progress = known.get(attempt.webhook, {}).get(attempt.conversation_id, Progress())
        logged = LoggedDelivery(attempt, outcome(attempt, progress))
        if not attempt.held:
            return logged
        met_410 = attempt.seq == progress.gone and attempt.at != progress.gone_at
        return logged if logged.outcome is DeliveryOutcome.PENDING and not met_410 else None

    return [logged for attempt in page if (logged := log_of(attempt))]


def _require_enabled_webhook(services: Services, caller: Caller, webhook_id: str) -> Webhook:
    webhook = services.administration.webhook(caller.bot, webhook_id)
    if webhook is None or webhook.disabled_reason:
        absent = "The bot has no webhook." if webhook_id == CHANNEL else "Its webhook was removed."
        why = webhook.disabled_reason if webhook else absent
        raise Conflict(f"The delivery cannot be sent: {why}")
    return webhook


def _load(services: Services, caller: Caller, delivery: DeliveryAttempt) -> tuple[Head, Entry]:
    head = services.conversations.head(caller.bot, delivery.conversation_id)
    entry = shown.entry_at(services, head, delivery.seq) if head else None
    if head is None or entry is None:
        raise _no_delivery(caller, delivery.id)
    return head, entry


def _no_delivery(caller: Caller, delivery_id: str) -> NotFound:
    return NotFound(f"The bot {caller.bot} has no delivery {delivery_id}.")
