"""Routes of saved views: searches with a name, of the person who calls and of a bot's team."""

from chalicelib.domain.errors import invalid_field
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas.limits import NAME
from chalicelib.entrypoints.http.schemas.parsing import FieldError, words
from chalicelib.entrypoints.http.schemas.saved_views import SavedViewRequest
from chalicelib.usecases.search import saved_views
from chalicelib.usecases.views import Json


def list_own_views(call: Call) -> Reply:
    return _listed(call, saved_views.list_own(call.services, call.person.id))


def save_own_view(call: Call, body: SavedViewRequest) -> Reply:
    view = body.view(_name(call))
    saved_views.put_own(call.services, call.person.id, view)
    return Reply(_view(view))


def delete_own_view(call: Call) -> Reply:
    saved_views.remove_own(call.services, call.person.id, _name(call))
    return Reply(status=204)


def list_team_views(call: Call) -> Reply:
    return _listed(call, saved_views.list_of_team(call.services, call.caller))


def save_team_view(call: Call, body: SavedViewRequest) -> Reply:
    view = body.view(_name(call))
    saved_views.put_of_team(call.services, call.caller, view)
    return Reply(_view(view))


def delete_team_view(call: Call) -> Reply:
    saved_views.remove_of_team(call.services, call.caller, _name(call))
    return Reply(status=204)


def _listed(call: Call, found: list[SavedView]) -> Reply:
    return listed(call, [_view(view) for view in found], "name")


def _view(view: SavedView) -> Json:
    return {"name": view.name, "query": view.query, "filters": dict(view.filters)}


def _name(call: Call) -> str:
    try:
        return words("name", call.params["name"], NAME)
    except FieldError as error:
        raise invalid_field(error.field, f"{error}.") from None
