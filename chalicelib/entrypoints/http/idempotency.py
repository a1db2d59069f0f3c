"""What an admin asks for under an `Idempotency-Key`, and is no command of a conversation."""

import json
from collections.abc import Callable

from chalicelib.domain.access import Action, authorize
from chalicelib.domain.errors import IdempotencyMismatch
from chalicelib.entrypoints.http.framework import Call, Reply


def once(call: Call, act: Callable[[], Reply]) -> Reply:
    """The first reply again, whatever has happened since. Done is done before it is kept: of two
    at the same moment, or where it could not be kept, both are done.

    Raises IdempotencyMismatch, Forbidden.
    """
    authorize(call.caller, Action.CONFIGURE)
    key, bot = call.key, call.caller.bot
    if key is None:
        return act()
    known = call.services.administration.stored_response(bot, key)
    if known:
        fingerprint, kept = known
        if fingerprint != key.fingerprint or kept is None:
            raise IdempotencyMismatch("This Idempotency-Key came with another request before.")
        status, body = json.loads(kept)
        return Reply(body, status)
    reply = act()
    call.services.administration.store_response(bot, key, json.dumps([reply.status, reply.body]))
    return reply
