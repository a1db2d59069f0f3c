"""Bots, their keys and their canned replies. Times are in milliseconds since 1970 (UTC)."""

from msgspec import Struct, field

from chalicelib.domain.access import BOT_SCOPES, Scope
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.usecases.records.webhooks import CHANNEL, Webhook


class CannedReply(Struct, frozen=True):
    """A text that agents often send, under a short name.

    It is a macro if it does more: it may have no text, add `tags`, and in the end close the handoff
    with an `outcome`, or transfer the conversation to a `queue`.
    """

    name: str
    text: str = ""
    tags: tuple[str, ...] = ()
    outcome: str | None = None
    queue: str | None = None


class Bot(Struct, frozen=True):
    """`webhook` is the one of the bot's channel. `is_closing`: the owner is removing the bot, so it
    lets in only the owner."""

    id: str
    name: str
    webhook: Webhook | None = None
    settings: BotSettings = field(default_factory=BotSettings)
    is_closing: bool = False
    other_webhooks: tuple[Webhook, ...] = ()

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        return (self.webhook, *self.other_webhooks) if self.webhook else self.other_webhooks

    def webhook_of(self, id_: str) -> Webhook | None:
        """The webhook with this id."""
        if id_ == CHANNEL:
            return self.webhook
        return next((each for each in self.other_webhooks if each.id == id_), None)


class BotKey(Struct, frozen=True):
    """An API key of a bot. Only a hash of its secret is stored.

    `expires_at` None: the key does not expire.
    """

    id: str
    bot: str
    secret_hash: str
    scopes: frozenset[Scope] = BOT_SCOPES
    expires_at: int | None = None
    name: str | None = None
    created_at: int | None = None

    def is_expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now
