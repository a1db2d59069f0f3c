"""The `Idempotency-Key` of calls that are no command of a conversation."""

import json
from collections.abc import Callable

from chalicelib.domain.errors import IdempotencyMismatch
from chalicelib.entrypoints.http.framework import Call, Reply


def idempotent(act: Callable[..., Reply], call: Call, *body: object) -> Reply:
    """Calls `act(call, *body)` on the first request with this key; later ones get the same reply.

    The reply is stored after the action, so concurrent duplicates act twice, and so does a
    repetition of a call whose reply could not be stored. Raises IdempotencyMismatch.
    """
    key, bot = call.key, call.caller.bot
    if key is None:
        return act(call, *body)
    stored = call.services.administration.stored_response(bot, key)
    if stored:
        fingerprint, kept = stored
        if fingerprint != key.fingerprint or kept is None:
            raise IdempotencyMismatch("This Idempotency-Key came with another request before.")
        status, answer = json.loads(kept)
        return Reply(answer, status)
    reply = act(call, *body)
    call.services.administration.store_response(bot, key, json.dumps([reply.status, reply.body]))
    return reply
