"""The rows that the stores in memory share, and one lock that makes each call atomic."""

from dataclasses import dataclass, field
from threading import RLock
from typing import Protocol

from msgspec.structs import replace

from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.handoff import Handoff
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.routing.members import NEVER, Member, Presence
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.search.matching import WordPlace
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.records.answers import StoredAnswer, StoredMessage
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition
from chalicelib.usecases.records.mail import PushKey, PushSubscription
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import PasswordReset, Person, Session
from chalicelib.usecases.records.reports import EndedHandoff, RatedHandoff
from chalicelib.usecases.records.second_factor import SecondFactor
from chalicelib.usecases.records.webhooks import DeliveryAttempt, DeliveryCursor, SweepPosition


class Now(Protocol):
    def now(self) -> int: ...


ConversationKey = tuple[str, str]
"""Bot and conversation id."""

WebhookPlace = tuple[str, str, str]
"""Bot, conversation id and webhook."""

CallerKey = tuple[str, str, str]
"""Bot, caller and idempotency key."""

MessageName = tuple[str, str]
"""Sender and message id."""


@dataclass(slots=True)
class Thread:
    """Everything under one conversation's partition key."""

    head: Head
    entries: dict[int, Entry] = field(default_factory=dict)
    command_ids: dict[int, str] = field(default_factory=dict)
    messages: dict[MessageName, StoredMessage] = field(default_factory=dict)
    handoffs: dict[str, Handoff] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    known: StoredAnswer
    command_id: str
    expires_at: int


class MemoryTable:
    def __init__(self) -> None:
        self.lock = RLock()
        self.threads: dict[ConversationKey, Thread] = {}
        self.by_user: dict[tuple[str, str, str], dict[str, None]] = {}
        self.by_thread: dict[tuple[str, str], dict[str, None]] = {}
        self.profiles: dict[tuple[str, str, str], Profile] = {}
        self.answers: dict[CallerKey, KeptAnswer] = {}
        self.replies_kept: dict[CallerKey, str] = {}
        self.open_counts: dict[tuple[str, str], int] = {}
        self.busy_at: dict[tuple[str, str], int] = {}
        self.reserved_until: dict[tuple[str, str], int] = {}
        self.bots: dict[str, Bot] = {}
        self.removed_bots: set[str] = set()
        self.views: dict[tuple[str | None, str | None], dict[str, SavedView]] = {}
        self.replies: dict[tuple[str, str | None, str], CannedReply] = {}
        self.queues: dict[tuple[str, str], Queue] = {}
        self.ended: dict[tuple[str, str], EndedHandoff] = {}
        self.ratings: dict[tuple[str, str], RatedHandoff] = {}
        self.keys: dict[str, BotKey] = {}
        self.people: dict[str, Person] = {}
        self.members: dict[str, dict[str, Member]] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.push_subscriptions: dict[tuple[str, str], PushSubscription] = {}
        self.push_key: PushKey | None = None
        self.second_factors: dict[str, SecondFactor] = {}
        self.login_addresses: dict[tuple[str, str], int] = {}
        self.password_resets: dict[str, PasswordReset] = {}
        self.presences: dict[str, Presence] = {}
        self.attempts: dict[str, tuple[int, int]] = {}
        self.tickets: dict[str, SocketTicket] = {}
        self.connections: dict[str, SocketConnection] = {}
        self.watches: dict[ConversationKey, dict[str, int]] = {}
        self.notifications: dict[str, dict[str, Notification]] = {}
        self.cursors: dict[WebhookPlace, DeliveryCursor] = {}
        self.handled_notifications: set[tuple[str, str]] = set()
        self.gone: dict[WebhookPlace, tuple[int, int]] = {}
        self.handled: dict[WebhookPlace, tuple[int, int]] = {}
        self.sweep = SweepPosition()
        self.retention = RetentionPosition()
        self.erasures: dict[ConversationKey, ErasureJob] = {}
        self.read_marks: dict[tuple[str, str, str], tuple[int, int]] = {}
        self.words: dict[tuple[str, str], set[WordPlace]] = {}
        self.audit: dict[str, AuditEvent] = {}
        self.audit_marks: dict[tuple[str | None, str], int] = {}
        self.slots: dict[tuple[str, str, int], int] = {}
        self.deliveries: dict[tuple[str, str], DeliveryAttempt] = {}

    def add_event(self, event: AuditEvent | None) -> None:
        if event:
            self.audit.setdefault(event.id, event)

    def as_they_stand(self, bot: str, member: Member) -> Member:
        """With presence and load."""
        place = (bot, member.person)
        return replace(
            member,
            open=self.open_count(*place),
            presence=self.presences.get(member.person, Presence()),
            busy_at=self.busy_at.get(place, NEVER),
            reserved_until=self.reserved_until.get(place, NEVER),
        )

    def open_count(self, bot: str, person: str) -> int:
        return self.open_counts.get((bot, person), 0)
