"""The head of a conversation: the one small row that says who may speak.

A head is one of three classes, one for each status, so that a field exists exactly where it has a
meaning. A command that changes the status builds a head of another class with `as_with_bot`,
`as_waiting` or `as_owned`; the fields of the state that it leaves are gone with the old head.

Times are in milliseconds since 1970 (UTC).
"""

from enum import StrEnum
from typing import Any, ClassVar

from msgspec import Struct

from chalicelib.domain.address import Address, ErasedAddress
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.routing.queues import NO_LIMITS, Limits, Mode, Queue

FIRST_EPOCH = 1
PREVIEW_BYTES = 80
"""Every message rewrites the head, so the preview in it is short."""
REASON_BYTES = 48
"""The head keeps the beginning of a reason; the entry and the handoff's row keep all of it."""


class Status(StrEnum):
    """The party that may speak."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"


class Preview(Struct, frozen=True):
    """The beginning of the last message, for lists."""

    seq: int
    sender: From
    text: str
    at: int


class Timing(Struct, frozen=True):
    """The times from which the deadlines of a paused conversation are counted.

    `limits` and `offer_seconds` are copied from the queue when the conversation enters it.
    `offer_seconds` is how long an offer stands; None if agents claim. `unanswered_since` is since
    when the user has waited for a first message from an agent; None once an agent has written.
    `alerts` is how many alerts were raised since then. `due_at` is at or before the earliest
    deadline; None if there is none.
    """

    limits: Limits = NO_LIMITS
    offer_seconds: int | None = None
    unanswered_since: int | None = None
    alerts: int = 0
    due_at: int | None = None


UNTIMED = Timing()


class BaseHead(Struct, frozen=True, kw_only=True):
    """The fields that a conversation has in every status, and neutral values for the others.

    `last_seq` is 0 as long as nothing is stored. `profile` is a digest of the user's name and
    attributes that this conversation last received. `heard_seq` is the number of the user's last
    message. `leaks` and `notes` are counts. `owed_seq` is the number of the last entry whose
    reactions must be made up for if they are lost. `erased_seq` is the number of the entry that
    says that the user was erased; nothing before it is shown.
    """

    status: ClassVar[Status]

    address: Address
    created_at: int
    updated_at: int
    epoch: int = FIRST_EPOCH
    last_seq: int = 0
    last_message: Preview | None = None
    tags: tuple[str, ...] = ()
    user_name: str | None = None
    profile: str | None = None
    leaks: int = 0
    heard_seq: int | None = None
    notes: int = 0
    owed_seq: int | None = None
    erased_seq: int | None = None

    @property
    def is_erased(self) -> bool:
        """True from the erasure until the user comes back."""
        return isinstance(self.address, ErasedAddress)

    @property
    def id(self) -> str:
        return self.address.conversation_id

    @property
    def bot(self) -> str:
        return self.address.bot

    @property
    def paused(self) -> bool:
        return self.status is not Status.BOT

    @property
    def handoff(self) -> OpenHandoff | None:
        return None

    @property
    def handoff_id(self) -> str | None:
        return self.handoff.id if self.handoff else None

    @property
    def owner(self) -> Author | None:
        return None

    @property
    def owner_id(self) -> str | None:
        return self.owner.id if self.owner else None

    @property
    def queue(self) -> str | None:
        return None

    @property
    def priority(self) -> int:
        return 0

    @property
    def waiting_since(self) -> int | None:
        return None

    @property
    def offer(self) -> Offer | None:
        return None

    @property
    def expires_at(self) -> int | None:
        return None

    @property
    def turn_started_at(self) -> int | None:
        return None

    @property
    def unanswered_since(self) -> int | None:
        """When the user wrote the first message that the agent has not answered, or when the agent
        got the conversation, if that was later. None if an agent wrote last."""
        return None

    @property
    def snoozed_until(self) -> int | None:
        return None

    @property
    def last_agent(self) -> str | None:
        return None

    @property
    def last_queue(self) -> str | None:
        return None

    @property
    def timing(self) -> Timing:
        return UNTIMED


class WithBot(BaseHead, frozen=True, kw_only=True):
    """The bot may speak. `last_agent` is the agent who owned the conversation last, `last_queue` is
    the queue of its last handoff."""

    status: ClassVar[Status] = Status.BOT

    last_agent: str | None = None
    last_queue: str | None = None


class Waiting(BaseHead, frozen=True, kw_only=True):
    """The user waits for a person, in `queue` or, if it is None, in no queue.

    `offer` is the agent who may claim it first. `expires_at` is when the request ends by itself,
    until an agent has claimed it once. `last_agent` is as in `WithBot`.
    """

    status: ClassVar[Status] = Status.WAITING

    handoff: OpenHandoff
    waiting_since: int
    queue: str | None = None
    priority: int = 0
    timing: Timing = UNTIMED
    offer: Offer | None = None
    expires_at: int | None = None
    last_agent: str | None = None


class Owned(BaseHead, frozen=True, kw_only=True):
    """An agent, the `owner`, talks to the user.

    `turn_started_at` is since when it has been the agent's turn to write, or the user's.
    `snoozed_until` is until when the inactivity timers wait. It may have passed.
    """

    status: ClassVar[Status] = Status.AGENT

    handoff: OpenHandoff
    owner: Author
    turn_started_at: int
    queue: str | None = None
    priority: int = 0
    timing: Timing = UNTIMED
    snoozed_until: int | None = None

    @property
    def unanswered_since(self) -> int | None:
        last = self.last_message
        return self.turn_started_at if last and last.sender is not From.AGENT else None


Paused = Waiting | Owned
Head = WithBot | Waiting | Owned


def new_head(address: Address, now: int) -> WithBot:
    """The head of a conversation in which nothing has happened yet."""
    return WithBot(address=address, created_at=now, updated_at=now)


def as_with_bot(head: Head) -> WithBot:
    return WithBot(
        **_common_fields(head),
        last_agent=head.owner_id or head.last_agent,
        last_queue=head.queue,
    )


def as_waiting(
    head: Head,
    *,
    handoff: OpenHandoff,
    waiting_since: int,
    queue: str | None,
    priority: int,
    timing: Timing,
    offer: Offer | None = None,
    expires_at: int | None = None,
) -> Waiting:
    return Waiting(
        **_common_fields(head),
        handoff=handoff,
        waiting_since=waiting_since,
        queue=queue,
        priority=priority,
        timing=timing,
        offer=offer,
        expires_at=expires_at,
        last_agent=head.last_agent,
    )


def as_owned(head: Paused, *, handoff: OpenHandoff, owner: Author, now: int) -> Owned:
    """The queue, the priority and the timing stay as they are."""
    return Owned(
        **_common_fields(head),
        handoff=handoff,
        owner=owner,
        turn_started_at=now,
        queue=head.queue,
        priority=head.priority,
        timing=head.timing,
    )


def timing_in(queue: Queue | None, now: int) -> Timing:
    """The timing of a conversation that enters this queue; None is a queue without settings."""
    queue = queue or Queue("")
    offer_seconds = queue.offer_seconds if queue.mode is Mode.OFFER else None
    return Timing(queue.limits, offer_seconds, unanswered_since=now)


def shorten(text: str, limit: int) -> str:
    """The beginning of a text, at most `limit` bytes of UTF-8. A cut is marked with `…`."""
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: limit - len("…".encode())].decode(errors="ignore") + "…"


def _common_fields(head: Head) -> dict[str, Any]:
    return {name: getattr(head, name) for name in BaseHead.__struct_fields__}
