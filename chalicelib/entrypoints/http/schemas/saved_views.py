"""The body of the routes of saved views."""

from msgspec import field

from chalicelib.domain.search.saved_views import FILTERS, SavedView
from chalicelib.entrypoints.http.schemas.limits import LONG
from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict, identifier, words

QUERY = 200
"""Characters, as in the search."""


class SavedViewRequest(Strict):
    """PUT …/views/{name}: what is searched. Values that the search would refuse are stored."""

    query: str | None = None
    filters: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.query = words("query", self.query or None, QUERY)
        for name, value in self.filters.items():
            if name not in FILTERS:
                raise FieldError("filters", f"a filter is one of {', '.join(FILTERS)}")
            identifier(f"filters.{name}", value, LONG)
        if not (self.query or self.filters):
            raise FieldError("query", "a view has a `query`, or filters")

    def view(self, name: str) -> SavedView:
        return SavedView(name, self.query or "", self.filters)
