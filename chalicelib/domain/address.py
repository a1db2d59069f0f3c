"""Where a conversation is: one user on one channel, and perhaps one thread there, with one bot."""

import base64
import hashlib
from dataclasses import dataclass

ID_LENGTH = 26  # characters of base32: 130 bits


@dataclass(frozen=True, slots=True)
class Address:
    """`thread` is None where the channel has no threads; that is an address of its own."""

    bot: str
    channel: str
    user: str
    thread: str | None = None

    @property
    def conversation_id(self) -> str:
        """Derived, not looked up: one address can only ever be one conversation."""
        parts = [self.bot, self.channel, self.user]
        if self.thread is not None:
            parts.append(self.thread)
        return "c_" + digest(*parts)


def person_id(email: str) -> str:
    """The id of the person who logs in with this e-mail address; upper and lower case are one."""
    return "p_" + digest(email.strip().lower())


def handoff_id(conversation_id: str, opened_by_seq: int) -> str:
    """Names its conversation and the entry that opened it, so that it is found without an index."""
    return f"h_{conversation_id.removeprefix('c_')}_{opened_by_seq}"


def conversation_of(handoff: str) -> str | None:
    """The conversation that a handoff id names, or None where it is no handoff id."""
    prefix, _, rest = handoff.partition("_")
    digits, _, seq = rest.partition("_")
    is_handoff = prefix == "h" and len(digits) == ID_LENGTH and seq.isascii() and seq.isdigit()
    return "c_" + digits if is_handoff else None


def digest(*parts: str) -> str:
    """26 characters of base32 over the parts, each with its length, so that none runs into the
    next."""
    hashed = hashlib.sha256()
    for part in parts:
        data = part.encode()
        hashed.update(len(data).to_bytes(4, "big") + data)
    return base64.b32encode(hashed.digest()).decode().lower()[:ID_LENGTH]
