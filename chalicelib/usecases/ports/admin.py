"""What administration needs from the world, beside what everybody needs (`ports`).

Nothing here is remembered: whoever changes something sees it at once; for everybody else it holds
within five seconds, in which `Directory` may remember.
"""

from typing import Protocol

from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import Webhook


class Administration(Protocol):
    """What admins set up for a bot."""

    def keys(self, bot: str) -> list[BotKey]:
        """All of them, expired ones too, in no order."""

    def key(self, bot: str, key_id: str) -> BotKey | None:
        """None for another bot's as well."""

    def rotate_key(self, old: BotKey, ends_at: int, new: BotKey) -> bool:
        """Adds `new`, and lets `old` end then, both or neither. False where `old` is no more."""

    def delete_key(self, bot: str, key_id: str) -> bool:
        """False where this bot has no such key."""

    def webhook(self, bot: str) -> Webhook | None: ...

    def update_webhook(self, bot: str, old: Webhook | None, new: Webhook | None) -> bool:
        """Changes what differs between the two, and nothing else. False where url or secrets are
        no longer as in `old`, or there is no such bot."""

    def canned_replies(self, bot: str) -> list[CannedReply]:
        """All of them, in no order."""

    def put_canned_reply(self, bot: str, reply: CannedReply) -> None:
        """In the place of any other of that name."""

    def delete_canned_reply(self, bot: str, name: str) -> None:
        """No change where there is none."""

    def create_bot(self, bot: Bot) -> bool:
        """False, and no change, where there is one of this id."""

    def rename_bot(self, bot: str, name: str) -> bool:
        """False where there is none."""

    def delete_bot(self, bot: str) -> None:
        """The bot with its webhook and settings, and nothing else that is its own. No change where
        there is none."""

    def create_person(self, person: Person) -> bool:
        """False, and no change, where somebody with this id is known."""

    def set_password(self, person: Person, password_hash: str) -> bool:
        """Ends all sessions that `person` has as read; False where they have ended meanwhile."""

    def update_member(self, bot: str, member: Member) -> bool:
        """Role, queues and capacity; False where they are no member."""

    def remove_member(self, bot: str, person: str) -> bool:
        """False where they are none. What they own stays theirs."""

    def open_conversations(self, bot: str, person: str) -> int:
        """How many conversations they have now, member or not: kept by each command, and never
        behind."""

    def stored_response(self, bot: str, key: IdempotencyKey) -> tuple[str, str | None] | None:
        """The fingerprint of the request that used this key, and what was kept of its reply; None
        in its place where the key has made something else."""

    def store_response(self, bot: str, key: IdempotencyKey, reply: str) -> None:
        """The first one stays, for seven days."""
