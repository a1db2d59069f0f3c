"""Saved views: searches with a name, of one person or of a bot's team."""

from collections.abc import Mapping

from msgspec import Struct, field

FILTERS = ("status", "queue", "agent", "outcome", "tag", "channel", "from", "to")
"""The filters that a view may hold, named as in the search. `from` and `to` are days."""


class SavedView(Struct, frozen=True):
    """`query` holds the words that are searched, if any."""

    name: str
    query: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
