"""The port for administration: bots, their keys, webhooks, canned replies and members.

Reads here are not cached. Others see a change within five seconds, because `Directory` may cache.
An `event` is added to its audit trail in the same transaction, if the change takes place. Times are
in milliseconds since 1970 (UTC).
"""

from typing import Protocol

from chalicelib.domain.routing.members import Member
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import CHANNEL, Webhook


class Administration(Protocol):
    def keys(self, bot: str) -> list[BotKey]:
        """All keys, expired ones included, unsorted."""

    def key(self, bot: str, key_id: str) -> BotKey | None:
        """None if this bot has no such key."""

    def rotate_key(
        self, old: BotKey, ends_at: int, new: BotKey, event: AuditEvent | None = None
    ) -> bool:
        """Adds `new` and lets `old` expire at `ends_at`, in one transaction.

        False, and no change, if `old` no longer exists.
        """

    def delete_key(self, bot: str, key_id: str, event: AuditEvent | None = None) -> bool:
        """False if this bot has no such key."""

    def webhook(self, bot: str, webhook: str = CHANNEL) -> Webhook | None:
        """None if the bot has no webhook with this id."""

    def webhooks(self, bot: str) -> list[Webhook]:
        """The channel first, then the others in the order of their creation."""

    def update_webhook(self, bot: str, old: Webhook | None, new: Webhook | None) -> bool:
        """Adds, changes or removes the webhook with the id of `old` or `new`: writes what differs.

        False, and no change, if the URL or the secrets are no longer those of `old`, or if there
        is no such bot.
        """

    def canned_replies(self, bot: str, person: str | None = None) -> list[CannedReply]:
        """All canned replies of the bot's team or, with `person`, their own; unsorted."""

    def put_canned_reply(self, bot: str, reply: CannedReply, person: str | None = None) -> None:
        """Replaces a reply of the same name, of the team or of the person."""

    def delete_canned_reply(self, bot: str, name: str, person: str | None = None) -> None:
        """Does nothing if there is no such reply."""

    def delete_own_replies(self, bot: str, person: str | None) -> None:
        """Deletes the canned replies of this person or, without one, of each person."""

    def saved_views(self, bot: str | None, person: str | None) -> list[SavedView]:
        """All saved views of the bot's team, or those of the person: one of the two is None.
        Unsorted."""

    def put_saved_view(self, bot: str | None, person: str | None, view: SavedView) -> None:
        """Replaces a view of the same name."""

    def delete_saved_view(self, bot: str | None, person: str | None, name: str) -> None:
        """Does nothing if there is no such view."""

    def create_bot(self, bot: Bot, event: AuditEvent | None = None) -> bool:
        """False, and no change, if the id is taken, or was taken by a bot that is removed."""

    def rename_bot(self, bot: str, name: str) -> bool:
        """False if there is no such bot."""

    def set_closing(self, bot: str, is_closing: bool) -> None:
        """Does nothing if there is no such bot."""

    def delete_bot(self, bot: str, event: AuditEvent | None = None) -> None:
        """Deletes the bot with its webhook and settings, but not its keys, members, queues,
        replies and conversations. Its id is never free again."""

    def create_person(self, person: Person) -> bool:
        """False, and no change, if the id is taken."""

    def set_password(self, person: Person, password_hash: str) -> bool:
        """Sets the hash and raises the token version, which ends the person's sessions.

        False, and no change, if the token version is no longer that of `person`.
        """

    def update_member(self, bot: str, member: Member) -> bool:
        """Sets role, queues and capacity. False if the person is not a member."""

    def remove_member(self, bot: str, person: str, event: AuditEvent | None = None) -> bool:
        """Keeps the conversations that the person owns. False if they are not a member."""

    def open_conversations(self, bot: str, person: str) -> int:
        """How many conversations the person owns, also after their removal.

        Every command updates this count in its own transaction, so it never lags.
        """

    def stored_response(self, bot: str, key: IdempotencyKey) -> tuple[str, str | None] | None:
        """Returns the fingerprint of the request that used this key, and its stored response.

        The response is None if the key was used by a command or a notification.
        """

    def store_response(self, bot: str, key: IdempotencyKey, response: str) -> None:
        """Keeps the response for seven days. Does nothing if the key has been used."""
