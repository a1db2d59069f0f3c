"""A bot's webhook: set, tried, its secret replaced without a gap. The secret is ours to make; it is
told once."""

import hashlib
import json
from dataclasses import dataclass, replace

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Conflict, InvalidRequest, NotFound
from chalicelib.usecases import auditing
from chalicelib.usecases import representation as rep
from chalicelib.usecases.calling import call
from chalicelib.usecases.ports import Unreachable
from chalicelib.usecases.records import Retiring, Webhook, WebhookFormat
from chalicelib.usecases.signing import new_secret
from chalicelib.usecases.world import World

MOST_RETIRING = 4
"""Each of them adds a signature to every call."""
WOKEN = 100
"""Conversations, the latest ones, of which what has piled up is delivered after a time off."""


@dataclass(frozen=True, slots=True)
class Tried:
    """`status` is what the bot's server answered; without it, `error` is a sentence. In `took`
    milliseconds."""

    succeeded: bool
    status: int | None
    took: int
    error: str | None


def webhook(world: World, caller: Caller) -> Webhook:
    """Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    return _found(world, caller)


def put(
    world: World, caller: Caller, url: str, format_: WebhookFormat
) -> tuple[Webhook, str | None]:
    """The webhook, and its secret where it is new. One that was switched off is on again. Raises
    InvalidRequest for a URL that Baton would not call; Conflict where others were faster."""
    authorize(caller, Action.CONFIGURE)
    _require_callable(world, url)
    old, secret = world.administration.webhook(caller.bot), None
    if old is None:
        secret = _secret(world)
        new = Webhook(url, (secret,), since=world.clock.now(), format=format_)
    else:
        new = replace(old, url=url, format=format_, off=None)
    _change(world, caller, old, new)
    if old and old.off:
        _wake(world, caller.bot)
    auditing.changed(caller, "webhook_set", format=format_)
    return new, secret


def rotate(world: World, caller: Caller, overlap: int) -> tuple[Webhook, str]:
    """The webhook, and its new secret. The one before signs for `overlap` milliseconds more.
    Raises NotFound; Conflict where others were faster, or too many are still good."""
    authorize(caller, Action.CONFIGURE)
    now, old = world.clock.now(), _found(world, caller)
    retiring = old.retiring_at(now)
    if overlap > 0:
        retiring += tuple(Retiring(secret, now + overlap) for secret in old.secrets)
    if len(retiring) > MOST_RETIRING:
        raise Conflict(f"{MOST_RETIRING} older secrets are still good: wait until one has ended.")
    secret = _secret(world)
    new = replace(old, secrets=(secret,), retiring=retiring)
    _change(world, caller, old, new)
    auditing.changed(caller, "webhook_rotated")
    return new, secret


def remove(world: World, caller: Caller) -> None:
    """Nothing more is delivered, also of what was said before."""
    authorize(caller, Action.CONFIGURE)
    old = world.administration.webhook(caller.bot)
    if old:
        _change(world, caller, old, None)
        auditing.changed(caller, "webhook_removed")


def try_out(world: World, caller: Caller) -> Tried:
    """One signed call, `webhook.test`, at once, also where it is switched off. Of the answer
    nothing is told but its status. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    to, began = _found(world, caller), world.clock.now()
    told = {"type": "webhook.test", "timestamp": rep.timestamp(began), "data": {"bot": caller.bot}}
    attempt = call(world, to, f"test:{world.chance.token()}", json.dumps(told).encode())
    took = world.clock.now() - began
    auditing.changed(caller, "webhook_tested", status=attempt.status)
    return Tried(attempt.succeeded, attempt.status, took, attempt.error)


def _found(world: World, caller: Caller) -> Webhook:
    found = world.administration.webhook(caller.bot)
    if found is None:
        raise NotFound(f"The bot {caller.bot} has no webhook.")
    return found


def _require_callable(world: World, url: str) -> None:
    try:
        world.receiver.check(url)
    except Unreachable as error:
        errors = [{"field": "url", "message": str(error)}]
        raise InvalidRequest(f"url: {error}", errors=errors) from error


def _change(world: World, caller: Caller, old: Webhook | None, new: Webhook | None) -> None:
    if not world.administration.change_webhook(caller.bot, old, new):
        raise Conflict("Somebody else has changed the webhook meanwhile: look again.")


def _wake(world: World, bot: str) -> None:
    now = world.clock.now()
    for conversation_id in world.conversations.recent(bot, None, WOKEN).conversation_ids:
        world.nudges.wake(bot, conversation_id, now)


def _secret(world: World) -> str:
    return new_secret(hashlib.sha256(world.chance.token().encode()).digest())
