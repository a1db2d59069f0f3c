"""Routes of the second factor."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.routes.accounts import success, tokens_of
from chalicelib.entrypoints.http.schemas.second_factor import (
    CodeLoginRequest,
    CodeRequest,
    EnrolmentRequest,
    RemovalRequest,
)
from chalicelib.usecases import views
from chalicelib.usecases.accounts import second_factor, sessions
from chalicelib.usecases.accounts.authenticate import person_of_session
from chalicelib.usecases.records.people import Person


def log_in_with_code(call: Call, body: CodeLoginRequest) -> Reply:
    session = sessions.login_with_code(call.services, body.challenge, body.code, call.device)
    return success("Login successful", tokens_of(session))


def get_second_factor(call: Call) -> Reply:
    services, person = call.services, call.person
    factor = second_factor.of_person(services, person.id)
    shown = {
        "rule": services.second_factor_rule,
        "required": second_factor.is_required(services, person),
        "confirmed_at": views.optional_timestamp(factor.confirmed_at) if factor else None,
        "recovery_codes_left": len(factor.recovery_hashes) if factor else 0,
        "needs_password": bool(person.password_hash),
    }
    return Reply(shown)


def create_second_factor(call: Call, body: EnrolmentRequest) -> Reply:
    enrolment = second_factor.enrol(call.services, _fresh(call), call.session, body.password)
    return Reply(enrolment, 201)


def confirm_second_factor(call: Call, body: CodeRequest) -> Reply:
    codes = second_factor.confirm(call.services, _fresh(call), body.code)
    session = sessions.reissue(call.services, call.session, call.device)
    return success("Second factor added", {**tokens_of(session), "recovery_codes": codes})


def remove_second_factor(call: Call, body: RemovalRequest) -> Reply:
    second_factor.remove(call.services, _fresh(call), body.password, body.code)
    return Reply(status=204)


def remove_second_factor_of_person(call: Call) -> Reply:
    second_factor.remove_of_person(call.services, call.person, call.id)
    return Reply(status=204)


def _fresh(call: Call) -> Person:
    """Not from the cache: for five seconds it may accept a session that has ended."""
    return person_of_session(call.services, call.session, fresh=True)
