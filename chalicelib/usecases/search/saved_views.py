"""Saved views: each person keeps their own, and supervisors those of a bot's team."""

from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.errors import Conflict
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.services import Services

MOST = 50


def list_own(services: Services, person: str) -> list[SavedView]:
    """Sorted by name."""
    return _sorted(services.administration.saved_views(None, person))


def put_own(services: Services, person: str, view: SavedView) -> None:
    """Replaces the view of this name. Raises Conflict if the person has `MOST` others."""
    _require_room(list_own(services, person), view)
    services.administration.put_saved_view(None, person, view)


def remove_own(services: Services, person: str, name: str) -> None:
    services.administration.delete_saved_view(None, person, name)


def list_of_team(services: Services, caller: Caller) -> list[SavedView]:
    """Sorted by name."""
    authorize(caller, Action.SEARCH)
    return _sorted(services.administration.saved_views(caller.bot, None))


def put_of_team(services: Services, caller: Caller, view: SavedView) -> None:
    """Replaces the view of this name. Raises Conflict if the team has `MOST` others."""
    authorize(caller, Action.SHARE_VIEWS)
    _require_room(list_of_team(services, caller), view)
    services.administration.put_saved_view(caller.bot, None, view)


def remove_of_team(services: Services, caller: Caller, name: str) -> None:
    authorize(caller, Action.SHARE_VIEWS)
    services.administration.delete_saved_view(caller.bot, None, name)


def _sorted(found: list[SavedView]) -> list[SavedView]:
    return sorted(found, key=lambda view: view.name)


def _require_room(known: list[SavedView], view: SavedView) -> None:
    if len({each.name for each in known} - {view.name}) >= MOST:
        raise Conflict(f"There are {MOST} saved views: delete one first.")
