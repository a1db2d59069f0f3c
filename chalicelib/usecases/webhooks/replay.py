"""What became of deliveries, and sending one of them again."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.webhooks import Cursor, Delivery, Webhook
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.body import webhook_type
from chalicelib.usecases.webhooks.worker import send

REPLAY = 0
PAGES_PER_CALL = 10
PAGE = 100


class Outcome(StrEnum):
    """Of an attempt. `pending`: it failed, and the next one is still to come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"


class Told(Struct, frozen=True):
    delivery: Delivery
    outcome: Outcome


def latest(
    services: Services, caller: Caller, wanted: Outcome | None, position: str | None, limit: int
) -> tuple[list[Told], str | None]:
    """Newest first, and where the next page begins. A page may be short, even empty, where few of
    many attempts fit."""
    authorize(caller, Action.SEE_DELIVERIES)
    found: list[Told] = []
    for _ in range(PAGES_PER_CALL):
        page, position = services.deliveries.history(
            caller.bot, position, PAGE if wanted else limit
        )
        for told in _told(services, page):
            if wanted in (None, told.outcome):
                found.append(told)
            if len(found) == limit:
                is_last = position is None and told.delivery == page[-1]
                return found, None if is_last else told.delivery.id
        if position is None:
            break
    return found, position


def replay(services: Services, caller: Caller, delivery_id: str) -> Told:
    """Sends its entry again, at once and once, with the same webhook id; whatever comes of it is a
    delivery of its own. Raises NotFound; Conflict where there is nobody to send it to."""
    authorize(caller, Action.CONFIGURE)
    delivery, entry = _logged(services, caller, delivery_id)
    webhook = _open(services, caller)
    attempt = send(services, caller.bot, webhook, delivery.conversation_id, entry)
    again = Delivery(
        bot=caller.bot,
        conversation_id=delivery.conversation_id,
        seq=entry.seq,
        attempt=REPLAY,
        type=webhook_type(entry),
        at=services.clock.now(),
        status=attempt.status,
        error=attempt.error,
    )
    services.deliveries.log(again)
    audit.changed(caller, "delivery_replayed", delivery_id=delivery_id, status=attempt.status)
    return Told(again, outcome(again, Cursor()))


def outcome(of: Delivery, cursor: Cursor) -> Outcome:
    if of.succeeded:
        return Outcome.DELIVERED
    if of.dead:
        return Outcome.DEAD
    is_last = cursor.seq < of.seq and cursor.attempts == of.attempt
    return Outcome.PENDING if is_last and of.attempt != REPLAY else Outcome.FAILED


def _told(services: Services, page: list[Delivery]) -> list[Told]:
    """Only of what failed does it depend on how far its log has been delivered meanwhile."""
    failed = {d.conversation_id for d in page if not (d.succeeded or d.dead)}
    cursors = services.deliveries.cursors(page[0].bot, failed) if failed else {}
    return [Told(d, outcome(d, cursors.get(d.conversation_id, Cursor()))) for d in page]


def _open(services: Services, caller: Caller) -> Webhook:
    webhook = services.administration.webhook(caller.bot)
    if webhook is None or webhook.off:
        why = webhook.off if webhook else "The bot has no webhook."
        raise Conflict(f"Nothing can be sent: {why}")
    return webhook


def _logged(services: Services, caller: Caller, delivery_id: str) -> tuple[Delivery, Entry]:
    delivery = services.deliveries.delivery(caller.bot, delivery_id)
    if delivery:
        before, of = delivery.seq - 1, delivery.conversation_id
        entries = services.conversations.entries_after(caller.bot, of, before, 1)
        if entries and entries[0].seq == delivery.seq:
            return delivery, entries[0]
    raise NotFound(f"The bot {caller.bot} has no delivery {delivery_id}.")
