"""Routes with which the installation's owner looks after people's accounts."""

from chalicelib.domain.access import Role
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.paging import listed
from chalicelib.entrypoints.http.schemas.parsing import Empty
from chalicelib.usecases import views
from chalicelib.usecases.accounts import people


def list_people(call: Call) -> Reply:
    found = people.list_people(call.services, call.person)
    return listed(call, [_person(detail) for detail in found], "id")


def disable_person(call: Call, _: Empty) -> Reply:
    people.disable(call.services, call.person, call.id)
    return Reply(status=204)


def enable_person(call: Call, _: Empty) -> Reply:
    people.enable(call.services, call.person, call.id)
    return Reply(status=204)


def confirm_person(call: Call, _: Empty) -> Reply:
    people.confirm(call.services, call.person, call.id)
    return Reply(status=204)


def delete_person(call: Call) -> Reply:
    people.delete(call.services, call.person, call.id)
    return Reply(status=204)


def list_sessions_of_person(call: Call) -> Reply:
    found = people.list_sessions(call.services, call.id)
    items = [views.session(each, call.session.id) for each in found]
    return Reply({"items": items, "next": None})


def end_sessions_of_person(call: Call) -> Reply:
    people.end_sessions(call.services, call.person, call.id)
    return Reply(status=204)


def _person(detail: people.PersonDetail) -> views.Json:
    person = detail.person
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "role": Role.OWNER if person.is_owner else None,
        "disabled": person.disabled,
        "has_password": bool(person.password_hash),
        "registered_by": person.registered_by,
        "last_login_at": person.last_login_at and views.timestamp(person.last_login_at),
        "bots": [{"id": each.bot, "role": each.role} for each in detail.memberships],
    }
