"""Turn tickets: the turn in which a bot began to think, signed, so that nothing is stored."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

SIGNATURE_BYTES = 16


def turn_ticket(secret: str, bot: str, turn: str) -> str:
    data = turn.encode()
    return base64.urlsafe_b64encode(_signature(secret, bot, data) + data).decode().rstrip("=")


def turn_of(secrets: Sequence[str], bot: str, ticket: str) -> str | None:
    """The turn; None if one of these secrets has not signed it for this bot."""
    try:
        whole = base64.b64decode(ticket + "=" * (-len(ticket) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    data = whole[SIGNATURE_BYTES:]
    for secret in secrets:
        sound = base64.urlsafe_b64encode(_signature(secret, bot, data) + data).decode().rstrip("=")
        if hmac.compare_digest(ticket.encode(), sound.encode()):
            return data.decode()
    return None


def _signature(secret: str, bot: str, data: bytes) -> bytes:
    """A ticket is valid for its bot only."""
    bound = hashlib.sha256(b"turn " + bot.encode()).digest()
    return hmac.digest(secret.encode(), bound + data, "sha256")[:SIGNATURE_BYTES]
