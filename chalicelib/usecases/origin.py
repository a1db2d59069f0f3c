"""The origin of the request that is being handled, for the audit trail and for mails.

It is ambient, because each use case would otherwise hand it on; nothing else reads it.
"""

from contextvars import ContextVar
from typing import Protocol


class Origin(Protocol):
    """The properties are computed when they are read: most requests never need them."""

    @property
    def source(self) -> str:
        """The caller's network address."""
        ...

    @property
    def languages(self) -> str:
        """The header `Accept-Language`; "" if there is none."""
        ...


ORIGIN: ContextVar[Origin | None] = ContextVar("baton_origin", default=None)


def network_address() -> str | None:
    found = ORIGIN.get()
    return (found.source or None) if found else None


def accepted_languages() -> str:
    found = ORIGIN.get()
    return found.languages if found else ""
