"""The origin of the request that is being handled, for the audit trail.

It is ambient, because each use case would otherwise hand it on; nothing but the trail reads it.
"""

from collections.abc import Callable
from contextvars import ContextVar

ADDRESS: ContextVar[Callable[[], str] | None] = ContextVar("baton_address", default=None)
"""Returns the caller's network address. A function, because most requests never need it."""


def network_address() -> str | None:
    find = ADDRESS.get()
    return (find() or None) if find else None
