"""The head: the one small row that says who may speak. Everything else is in the log."""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.entries import Author, Preview
from chalicelib.domain.conversation.handoff import OpenHandoff
from chalicelib.domain.conversation.timing import UNTIMED, Timing


class Status(StrEnum):
    """Who may speak."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"


FIRST_EPOCH = 1


class Head(Struct, frozen=True):
    """Times are in milliseconds since 1970 (UTC); `last_seq` 0 means that nothing is stored yet.

    `profile` is a digest of the user's name and attributes as this conversation last saw them;
    `heard_seq` is the number of the user's last message, `notes` how many there are; `last_agent`
    is who had it when it last went back to the bot, until somebody has it again.
    """

    address: Address
    created_at: int
    updated_at: int
    status: Status = Status.BOT
    epoch: int = FIRST_EPOCH
    last_seq: int = 0
    owner: Author | None = None
    queue: str | None = None
    priority: int = 0
    handoff: OpenHandoff | None = None
    waiting_since: int | None = None
    last_message: Preview | None = None
    tags: tuple[str, ...] = ()
    user_name: str | None = None
    profile: str | None = None
    leaks: int = 0
    heard_seq: int | None = None
    notes: int = 0
    last_agent: str | None = None
    timing: Timing = UNTIMED

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
    def handoff_id(self) -> str | None:
        return self.handoff.id if self.handoff else None

    @property
    def owner_id(self) -> str | None:
        return self.owner.id if self.owner else None


def unborn(address: Address, now: int) -> Head:
    """The head of a conversation in which nothing has happened yet."""
    return Head(address=address, created_at=now, updated_at=now)
