"""What became of deliveries, and sending one of them again."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.entries import Entry
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.usecases import auditing
from chalicelib.usecases.delivery import send
from chalicelib.usecases.records import Cursor, Delivery, Webhook
from chalicelib.usecases.webhook_body import webhook_type
from chalicelib.usecases.world import World

REPLAY = 0
PAGES_PER_CALL = 10
PAGE = 100


class Outcome(StrEnum):
    """Of an attempt. `pending`: it failed, and the next one is still to come."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Told:
    delivery: Delivery
    outcome: Outcome


def latest(
    world: World, caller: Caller, wanted: Outcome | None, position: str | None, limit: int
) -> tuple[list[Told], str | None]:
    """Newest first, and where the next page begins. A page may be short, even empty, where few of
    many attempts fit."""
    authorize(caller, Action.SEE_DELIVERIES)
    found: list[Told] = []
    for _ in range(PAGES_PER_CALL):
        page, position = world.deliveries.history(caller.bot, position, PAGE if wanted else limit)
        for told in _told(world, page):
            if wanted in (None, told.outcome):
                found.append(told)
            if len(found) == limit:
                is_last = position is None and told.delivery == page[-1]
                return found, None if is_last else told.delivery.id
        if position is None:
            break
    return found, position


def replay(world: World, caller: Caller, delivery_id: str) -> Told:
    """Sends its entry again, at once and once, with the same webhook id; whatever comes of it is a
    delivery of its own. Raises NotFound; Conflict where there is nobody to send it to."""
    authorize(caller, Action.CONFIGURE)
    delivery, entry = _logged(world, caller, delivery_id)
    webhook = _open(world, caller)
    attempt = send(world, caller.bot, webhook, delivery.conversation_id, entry)
    again = Delivery(
        bot=caller.bot,
        conversation_id=delivery.conversation_id,
        seq=entry.seq,
        attempt=REPLAY,
        type=webhook_type(entry),
        at=world.clock.now(),
        status=attempt.status,
        error=attempt.error,
    )
    world.deliveries.log(again)
    auditing.changed(caller, "delivery_replayed", delivery_id=delivery_id, status=attempt.status)
    return Told(again, outcome(again, Cursor()))


def outcome(of: Delivery, cursor: Cursor) -> Outcome:
    if of.succeeded:
        return Outcome.DELIVERED
    if of.dead:
        return Outcome.DEAD
    is_last = cursor.seq < of.seq and cursor.attempts == of.attempt
    return Outcome.PENDING if is_last and of.attempt != REPLAY else Outcome.FAILED


def _told(world: World, page: list[Delivery]) -> list[Told]:
    """Only of what failed does it depend on how far its log has been delivered meanwhile."""
    failed = {d.conversation_id for d in page if not (d.succeeded or d.dead)}
    cursors = world.deliveries.cursors(page[0].bot, failed) if failed else {}
    return [Told(d, outcome(d, cursors.get(d.conversation_id, Cursor()))) for d in page]


def _open(world: World, caller: Caller) -> Webhook:
    webhook = world.administration.webhook(caller.bot)
    if webhook is None or webhook.off:
        why = webhook.off if webhook else "The bot has no webhook."
        raise Conflict(f"Nothing can be sent: {why}")
    return webhook


def _logged(world: World, caller: Caller, delivery_id: str) -> tuple[Delivery, Entry]:
    delivery = world.deliveries.delivery(caller.bot, delivery_id)
    if delivery:
        before, of = delivery.seq - 1, delivery.conversation_id
        entries = world.conversations.entries_after(caller.bot, of, before, 1)
        if entries and entries[0].seq == delivery.seq:
            return delivery, entries[0]
    raise NotFound(f"The bot {caller.bot} has no delivery {delivery_id}.")
