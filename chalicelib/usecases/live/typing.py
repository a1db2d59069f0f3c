"""Typing events. They are sent without retry and not stored."""

import json

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases import views
from chalicelib.usecases.conversations import queries
from chalicelib.usecases.conversations.visibility import find_visible
from chalicelib.usecases.live import audience, push
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.send import send_signed

MAX_AGE_MS = 5000
"""Older typing events are dropped."""


def user_is_typing(services: Services, caller: Caller, conversation_id: str) -> None:
    """The bot reports that its user is typing. Pushes this to the owner and all watchers."""
    authorize(caller, Action.RECORD)
    head = find_visible(services, caller, conversation_id)
    _push(services, head, "user", Author(head.address.user, head.user_name or ""))


def agent_is_typing(
    services: Services, caller: Caller, conversation_id: str, connection_id: str
) -> None:
    """Pushes to the other watchers that this agent is typing. If the agent is the owner, the
    bot's webhook receives it, too."""
    head = queries.head(services, caller, conversation_id)
    _push(services, head, "agent", caller.author, but=connection_id)
    bot = services.directory.bot(head.bot)
    if head.owner_id == caller.id and bot and bot.webhook and not bot.webhook.disabled_reason:
        services.webhook_queue.enqueue_typing(
            head.bot, head.id, caller.author, services.clock.now()
        )


def _push(services: Services, head: Head, sender: str, author: Author, but: str = "") -> None:
    who = {"id": author.id, "name": author.name}
    event = {"event": "typing", "conversation_id": head.id, "from": sender, "author": who}
    watchers = set(services.connections.watchers(head.bot, head.id))
    if head.owner and sender == "user":
        connections = audience.connections_of_bot(services, head.bot)
        watchers |= {each.id for each in connections if each.person == head.owner.id}
    push.send(services, [(watcher, event) for watcher in sorted(watchers - {but})])


def deliver_to_bot(
    services: Services, bot_id: str, conversation_id: str, author: Author, at: int
) -> None:
    """Sends a typing event to the bot's webhook, in one attempt.

    Does nothing if the event is older than `MAX_AGE_MS` or the author is no longer the owner.
    """
    bot = services.directory.bot(bot_id)
    head = services.conversations.head(bot_id, conversation_id)
    is_late = services.clock.now() - at > MAX_AGE_MS
    if bot is None or bot.webhook is None or bot.webhook.disabled_reason or head is None or is_late:
        return
    if head.owner_id != author.id:
        return
    body = json.dumps(_body(head, author, at)).encode()
    send_signed(services, bot.id, bot.webhook, f"{conversation_id}:typing:{at}", body)


def _body(head: Head, author: Author, at: int) -> views.Json:
    data = {
        "conversation_id": head.id,
        "channel": head.address.channel,
        "user": head.address.user,
        "thread": head.address.thread,
        "epoch": head.epoch,
        "author": {"id": author.id, "name": author.name},
    }
    return {"type": "typing", "timestamp": views.timestamp(at), "data": data}
