"""Conversation addresses, and the ids that are derived from names instead of looked up."""

import base64
import hashlib

from msgspec import Struct

ID_LENGTH = 26  # characters of base32: 130 bits


class Address(Struct, frozen=True):
    """One user on one channel of one bot, and the thread if the channel has threads.

    An address without a thread differs from every address with one.
    """

    bot: str
    channel: str
    user: str
    thread: str | None = None

    @property
    def conversation_id(self) -> str:
        """Derived from the address, so one address can never have two conversations."""
        parts = [self.bot, self.channel, self.user]
        if self.thread is not None:
            parts.append(self.thread)
        return "c_" + digest(*parts)


class ErasedAddress(Address, frozen=True, kw_only=True):
    """The address of a conversation whose user was erased: the channel and the id stay, user and
    thread are gone. A message to the former address gives the conversation its address again."""

    id: str

    @property
    def conversation_id(self) -> str:
        return self.id


def erased(address: Address) -> ErasedAddress:
    return ErasedAddress(address.bot, address.channel, "", id=address.conversation_id)


def person_id(email: str) -> str:
    """The id of the person with this e-mail address. Case does not matter."""
    return "p_" + digest(email.strip().lower())


def handoff_id(conversation_id: str, opened_by_seq: int) -> str:
    """Contains the conversation and the opening entry, so a handoff is found without an index."""
    return f"h_{conversation_id.removeprefix('c_')}_{opened_by_seq}"


def conversation_id_of(handoff: str) -> str | None:
    """The conversation id inside a handoff id, or None if this is not a handoff id."""
    prefix, _, rest = handoff.partition("_")
    digits, _, seq = rest.partition("_")
    is_handoff = prefix == "h" and len(digits) == ID_LENGTH and seq.isascii() and seq.isdigit()
    return "c_" + digits if is_handoff else None


def digest(*parts: str) -> str:
    """Hash the parts to 26 characters of base32.

    Each part is hashed with its length, so ("a", "bc") and ("ab", "c") differ.
    """
    hashed = hashlib.sha256()
    for part in parts:
        data = part.encode()
        hashed.update(len(data).to_bytes(4, "big") + data)
    return base64.b32encode(hashed.digest()).decode().lower()[:ID_LENGTH]
