"""Every field of every stored class is written and read back: the store forgets none."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import domain
from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import LoadRow
from chalicelib.adapters.dynamodb.stream import read_record
from chalicelib.adapters.dynamodb.table import Rows
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import BaseCommand, Profile
from chalicelib.domain.conversation.decision import CapacityChange, Context, Decision
from chalicelib.domain.conversation.entries import ContentRecord, Entry
from chalicelib.domain.conversation.handoff import Handoff, HandoffChange
from chalicelib.domain.conversation.head import BaseHead, Head, Status, WithBot, new_head
from chalicelib.domain.conversation.timers import Deadline
from chalicelib.domain.files import ArrivedFile, NewFile, StoredFile, Upload, UploadForm
from chalicelib.domain.limits import Limit, Rate, Refusal
from chalicelib.domain.report import DurationStats, RatingStats
from chalicelib.domain.routing.members import Member, Presence
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.search.excerpts import ExcerptPart
from chalicelib.domain.search.matching import Matches, WordPage
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases import records
from chalicelib.usecases.ports.conversations import Commit, Query
from chalicelib.usecases.records.answers import (
    Answer,
    IdempotencyKey,
    MessageKey,
    StoredAnswer,
    StoredMessage,
)
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.connections import PersonState, SocketConnection, SocketTicket
from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition
from chalicelib.usecases.records.mail import (
    Mail,
    MailRequest,
    PushAlert,
    PushKey,
    PushKeyOwner,
    PushSubscription,
)
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import (
    Device,
    PasswordReset,
    Person,
    Session,
    SessionLimits,
    SessionReference,
)
from chalicelib.usecases.records.reports import (
    Backlog,
    DayTally,
    EndedHandoff,
    RatedHandoff,
    RefusedLeak,
)
from chalicelib.usecases.records.second_factor import FactorOwner, SecondFactor
from chalicelib.usecases.records.sign_on import Flow, SignOnRules, VerifiedIdentity
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import (
    DeliveryAttempt,
    DeliveryCursor,
    DeliveryId,
    Progress,
    SecretOwner,
    SweepPosition,
    Webhook,
)
from tests.contract.every_field import (
    ADDRESS,
    differences,
    filled,
    reached,
    structs_in,
    unset,
    with_forgotten_field,
)
from tests.support.engines import Stores

BOT, CID = ADDRESS.bot, ADDRESS.conversation_id
KEY = filled(IdempotencyKey)[0]
MESSAGE_ID = "m-1"
HEAD = filled(WithBot)[0]
HANDOFF = filled(Handoff)[0]
ENTRIES = tuple(filled(Entry)[:1])


def _commit(decision: Decision, before: Head | None = None) -> Commit:
    answer = Answer(CID, Status.BOT, 1)
    return Commit(before or new_head(ADDRESS, 1), decision, "command", answer)


def _from_stream(stores: Stores, key: keys.RowKey) -> object:
    assert stores.table
    image = stores.table.connection.get_item(key.pk, key.sk)["Item"]
    return read_record({"eventName": "INSERT", "dynamodb": {"NewImage": image}})


def through_head(stores: Stores, head: Head) -> object:
    stores.conversations.commit(_commit(Decision(head, ENTRIES)))
    return stores.conversations.head(BOT, CID)


def through_entry(stores: Stores, entry: Entry) -> object:
    stores.conversations.commit(_commit(Decision(HEAD, (entry,))))
    (read,) = stores.conversations.entries_after(BOT, CID, entry.seq - 1, 1)
    return read


def through_handoff(stores: Stores, handoff: Handoff) -> object:
    stores.conversations.commit(_commit(Decision(HEAD, ENTRIES, opened=handoff)))
    return stores.conversations.handoff(BOT, handoff.id)


REQUEST_FIELDS = ("queue", "reason", "summary", "context", "priority")
"""Fields of a change that the handoff keeps in its request."""


def through_change(stores: Stores, change: HandoffChange) -> object:
    """The handoff after it had no value in the fields that change; without its other fields."""
    bare = Handoff(
        HANDOFF.id,
        CID,
        BOT,
        replace(HANDOFF.request, queue=None),
        HANDOFF.requested_by,
        HANDOFF.requested_at,
        HANDOFF.opened_seq,
    )
    stores.conversations.commit(_commit(Decision(HEAD, ENTRIES, opened=bare)))
    later = replace(ENTRIES[0], seq=ENTRIES[0].seq + 1)
    stores.conversations.commit(_commit(Decision(HEAD, (later,), changed=change), HEAD))
    read = stores.conversations.handoff(BOT, bare.id)
    assert read
    fields = {name: getattr(read, name, None) for name in HandoffChange.__struct_fields__}
    asked = {name: getattr(read.request, name) for name in REQUEST_FIELDS}
    changed: dict[str, Any] = fields | asked
    return HandoffChange(**changed)


def through_stream(stores: Stores, committed: CommittedEntry) -> object:
    through_entry(stores, committed.entry)
    return _from_stream(stores, keys.entry(BOT, CID, committed.entry.seq))


def through_tally(stores: Stores, counted: DayTally) -> object:
    through_handoff(stores, HANDOFF)
    ended = EndedHandoff(BOT, HANDOFF.id, counted.day, counted.group, None, counted.tally)
    stores.reports.count_handoff(ended)
    (read,) = stores.reports.by_queue(BOT, counted.day, counted.day)
    return read


def through_profile(stores: Stores, profile: Profile) -> object:
    stores.conversations.commit(_commit(Decision(HEAD, ENTRIES, profile=profile)))
    return stores.conversations.profiles([ADDRESS])[ADDRESS]


def through_message(stores: Stores, stored: StoredMessage) -> object:
    ended = stored.handoff_ended
    answer = Answer(CID, Status.BOT, 1, seq=stored.seq, handoff_ended=ended)
    message = MessageKey(From.USER, MESSAGE_ID, stored.fingerprint or "")
    commit = replace(_commit(Decision(HEAD, ENTRIES)), answer=answer, message=message)
    stores.conversations.commit(commit)
    return stores.conversations.load(Query(BOT, CID, message=message)).by_message


def through_key_answer(stores: Stores, answer: Answer) -> object:
    stores.conversations.commit(replace(_commit(Decision(HEAD, ENTRIES)), answer=answer, key=KEY))
    found = stores.conversations.load(Query(BOT, CID, key=KEY)).by_key
    assert found
    assert found.fingerprint == KEY.fingerprint
    return found.answer


def through_bot(stores: Stores, bot: Bot) -> object:
    stores.directory.put_bot(bot)
    return stores.directory.bot(bot.id)


def through_created_bot(stores: Stores, bot: Bot) -> object:
    assert stores.administration.create_bot(bot)
    return stores.directory.bot(bot.id)


def through_audit(stores: Stores, event: AuditEvent) -> object:
    stores.audit_trail.add(event)
    return stores.audit_trail.latest(event.bot, None, 1)[0][0]


def through_erasure(stores: Stores, job: ErasureJob) -> object:
    stores.erasures.add([job])
    ((read,),) = stores.erasures.pending()
    return read


def through_retention(stores: Stores, position: RetentionPosition) -> object:
    stores.erasures.move_retention(position)
    return stores.erasures.retention_position()


def through_settings(stores: Stores, settings: BotSettings) -> object:
    stores.directory.put_bot(Bot(BOT, "name"))
    assert stores.directory.put_settings(BOT, settings)
    bot = stores.directory.bot(BOT)
    return bot and bot.settings


def through_webhook(stores: Stores, webhook: Webhook) -> object:
    stores.directory.put_bot(Bot(BOT, "name"))
    assert stores.administration.update_webhook(BOT, None, webhook)
    return stores.administration.webhook(BOT, webhook.id)


def through_key(stores: Stores, key: BotKey) -> object:
    stores.directory.put_key(key)
    return stores.administration.key(key.bot, key.id)


def through_second_factor(stores: Stores, factor: SecondFactor) -> object:
    assert stores.second_factors.replace(None, factor)
    return stores.second_factors.get(factor.person)


def through_session(stores: Stores, session: Session) -> object:
    stores.sessions.add(session)
    return stores.sessions.get(session.person, session.id)


def through_push_subscription(stores: Stores, subscription: PushSubscription) -> object:
    stores.push_subscriptions.put(subscription)
    return stores.push_subscriptions.get(subscription.person, subscription.session)


def through_push_key(stores: Stores, key: PushKey) -> object:
    assert stores.push_subscriptions.replace_key(None, key)
    return stores.push_subscriptions.key()


def through_password_reset(stores: Stores, reset: PasswordReset) -> object:
    expires_at = stores.clock.now() + reset.expires_at
    stores.password_resets.add(replace(reset, expires_at=expires_at))
    found = stores.password_resets.get(reset.token_hash)
    return found and replace(found, expires_at=found.expires_at - stores.clock.now())


def through_person(stores: Stores, person: Person) -> object:
    stores.directory.put_person(person)
    return stores.directory.person(person.id)


def through_member(stores: Stores, member: Member) -> object:
    """A member is in three rows; commits write the one that counts."""
    assert stores.table
    stores.directory.put_member(BOT, member)
    stores.directory.set_presence(member.person, member.presence)
    row = LoadRow.at(
        keys.load(BOT, member.person),
        open=member.open,
        busy_at=member.busy_at,
        reserved_until=member.reserved_until,
    )
    Rows(stores.table, stores.clock).put(row)
    (read,) = stores.directory.members(BOT)
    return read


def through_member_update(stores: Stores, member: Member) -> object:
    stores.directory.put_member(BOT, Member(member.person, member.name, member.email, Role.AGENT))
    assert stores.administration.update_member(BOT, member)
    (read,) = stores.directory.roster(BOT)
    return replace(
        read,
        open=member.open,
        presence=member.presence,
        busy_at=member.busy_at,
        reserved_until=member.reserved_until,
    )


def through_presence(stores: Stores, presence: Presence) -> object:
    stores.directory.set_presence("person", presence)
    return stores.directory.presence("person")


def through_queue(stores: Stores, queue: Queue) -> object:
    stores.directory.put_queue(BOT, queue)
    return stores.directory.queue(BOT, queue.name)


def through_reply(stores: Stores, reply: CannedReply) -> object:
    stores.administration.put_canned_reply(BOT, reply)
    (read,) = stores.administration.canned_replies(BOT)
    return read


def through_view(stores: Stores, view: SavedView) -> object:
    stores.administration.put_saved_view(BOT, None, view)
    (read,) = stores.administration.saved_views(BOT, None)
    return read


def through_ticket(stores: Stores, ticket: SocketTicket) -> object:
    stores.connections.add_ticket(ticket)
    return stores.connections.use_ticket(ticket.hash, stores.clock.now())


def through_connection(stores: Stores, connection: SocketConnection) -> object:
    stores.connections.put(connection)
    return stores.connections.get(connection.id)


def through_notification(stores: Stores, notification: Notification) -> object:
    stores.notifications.add(notification, KEY)
    fingerprint, read = stores.notifications.find_by_key(notification.bot, KEY) or ("", None)
    assert fingerprint == KEY.fingerprint
    return read


def through_notification_stream(stores: Stores, notification: Notification) -> object:
    stores.notifications.add(notification, None)
    return _from_stream(stores, keys.notification(notification.bot, notification.id))


def through_delivery_cursor(stores: Stores, cursor: DeliveryCursor) -> object:
    assert stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), cursor)
    return stores.deliveries.cursor(BOT, CID)


def through_progress(stores: Stores, progress: Progress) -> object:
    assert stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), progress.cursor)
    queued = progress.queued or None
    stores.deliveries.mark_handled(BOT, CID, 0, progress.handled, queued)
    if progress.gone or progress.gone_at:
        stores.deliveries.mark_gone(BOT, CID, progress.gone, progress.gone_at)
    return stores.deliveries.progress(BOT, [CID])[CID]


def through_sweep_position(stores: Stores, position: SweepPosition) -> object:
    assert stores.deliveries.move_sweep(SweepPosition(), position)
    return stores.deliveries.sweep_position()


def through_delivery(stores: Stores, attempt: DeliveryAttempt) -> object:
    stores.deliveries.record_attempt(attempt)
    return stores.deliveries.attempt(attempt.bot, attempt.id)


WRITES: Mapping[Callable[[Stores, Any], object], type[Struct]] = {
    through_head: BaseHead,
    through_audit: AuditEvent,
    through_erasure: ErasureJob,
    through_retention: RetentionPosition,
    through_entry: Entry,
    through_handoff: Handoff,
    through_change: HandoffChange,
    through_stream: CommittedEntry,
    through_tally: DayTally,
    through_profile: Profile,
    through_message: StoredMessage,
    through_key_answer: Answer,
    through_session: Session,
    through_second_factor: SecondFactor,
    through_push_subscription: PushSubscription,
    through_push_key: PushKey,
    through_bot: Bot,
    through_created_bot: Bot,
    through_settings: BotSettings,
    through_webhook: Webhook,
    through_key: BotKey,
    through_person: Person,
    through_password_reset: PasswordReset,
    through_member: Member,
    through_member_update: Member,
    through_presence: Presence,
    through_queue: Queue,
    through_reply: CannedReply,
    through_view: SavedView,
    through_ticket: SocketTicket,
    through_connection: SocketConnection,
    through_notification: Notification,
    through_notification_stream: Notification,
    through_delivery_cursor: DeliveryCursor,
    through_delivery: DeliveryAttempt,
    through_progress: Progress,
    through_sweep_position: SweepPosition,
}
"""Each function writes an instance with an adapter, and returns what the adapter then reads."""

NOT_STORED: Mapping[Callable[[Stores, Any], object], frozenset[str]] = {
    through_bot: frozenset({"Webhook.id"}),
    through_created_bot: frozenset({"Webhook.id"}),
}
"""The fields that an adapter leaves out on purpose: the webhook of a channel has a fixed id."""


NO_ROWS = {
    *(Caller, CapacityChange, ContentRecord, Context, Deadline, Decision, DeliveryId),
    *(DurationStats, RatingStats, EndedHandoff, RatedHandoff, RefusedLeak, StoredAnswer, Backlog),
    *(IdempotencyKey, MessageKey, Device, SessionLimits, SessionReference, PersonState),
    *(
        FactorOwner,
        PushAlert,
        PushKeyOwner,
        Mail,
        MailRequest,
        ArrivedFile,
        NewFile,
        StoredFile,
        Upload,
        UploadForm,
    ),
    *(Limit, Rate, Refusal, SecretOwner, Flow, SignOnRules, VerifiedIdentity),
    *(ExcerptPart, Matches, WordPage),
}
"""Classes that no row holds, beside the commands: arguments, decisions, and results of reads."""

CASES = [
    pytest.param(write, instance, id=f"{write.__name__}-{type(instance).__name__}-{number}")
    for write, kind in WRITES.items()
    for number, instance in enumerate(filled(kind))
]


@pytest.mark.parametrize(("write", "instance"), CASES)
def test_the_store_keeps_every_field(
    on_moto: Stores, write: Callable[[Stores, Struct], object], instance: Struct
) -> None:
    read = write(on_moto, instance)

    forgotten = set(differences(instance, read)) - NOT_STORED.get(write, frozenset())
    assert forgotten == set(), "write and read these fields in chalicelib/adapters/dynamodb"


@pytest.mark.parametrize(("write", "instance"), CASES)
def test_a_field_that_an_adapter_forgets_is_named(
    on_moto: Stores, write: Callable[[Stores, Struct], object], instance: Struct
) -> None:
    grown = with_forgotten_field(instance)

    try:
        named = differences(grown, write(on_moto, grown))
    except TypeError as error:  # Some mappings refuse an unknown field themselves.
        named = [f"{type(instance).__name__}.{name}" for name in str(error).split("'")[1::2]]

    assert f"{type(instance).__name__}.forgotten" in named


@pytest.mark.parametrize("kind", list(dict.fromkeys(WRITES.values())))
def test_no_field_of_a_filled_instance_has_its_default(kind: type[Struct]) -> None:
    assert [name for instance in filled(kind) for name in unset(instance)] == []


def test_every_class_of_the_domain_and_the_records_is_stored_or_listed() -> None:
    stored = {each for kind in WRITES.values() for each in reached(kind)}
    values = {each for package in (domain, records) for each in structs_in(package)}

    missing = {each for each in values - stored - NO_ROWS if not issubclass(each, BaseCommand)}
    assert missing == set(), "add these classes to WRITES or to NO_ROWS"
    assert not NO_ROWS & stored
