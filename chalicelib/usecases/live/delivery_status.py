"""The delivery status of agents' messages, for the agents who watch the conversation."""

from contextlib import suppress

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases import views
from chalicelib.usecases.live import push
from chalicelib.usecases.records.webhooks import DeliveryCursor
from chalicelib.usecases.services import Services


def push_status(
    services: Services,
    bot: str,
    conversation_id: str,
    cursor: DeliveryCursor,
    *,
    failed: int | None = None,
    resent: int | None = None,
) -> None:
    """Sends the status to the watchers, without retry. `failed` is the `seq` of an entry that has
    just been given up, `resent` of one that had been and was now accepted."""
    event = {
        "event": "delivery",
        "conversation_id": conversation_id,
        "through": cursor.seq,
        "attempts": cursor.attempts,
        "failed": failed,
        "resent": resent,
    }
    with suppress(TemporarilyUnavailable):
        watchers = services.connections.watchers(bot, conversation_id)
        push.send(services, [(watcher, event) for watcher in watchers])


def current_status(services: Services, bot_id: str, conversation_id: str) -> views.Json | None:
    """None if the bot has no enabled webhook; such a bot reads the entries itself."""
    bot = services.directory.bot(bot_id)
    if bot is None or bot.webhook is None or bot.webhook.disabled_reason:
        return None
    cursor = services.deliveries.cursor(bot_id, conversation_id)
    return {"through": cursor.seq, "attempts": cursor.attempts}
