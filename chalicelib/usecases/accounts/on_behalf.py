"""Keys with the scope `agents`: an integration, such as a desk in Slack, acts for people with one.

Each call of such a key in which a person acts names the person in a header. The caller is then
that person, with their queues and capacity. Whoever can read the key could name anybody, so nobody
has more rights through it than a supervisor.
"""

from chalicelib.domain.access import Action, Caller, Role, Scope, is_allowed
from chalicelib.domain.address import person_id
from chalicelib.domain.errors import Forbidden, InvalidRequest, invalid_field
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts.authenticate import key_caller
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.routing import presence
from chalicelib.usecases.services import Services

HEADER = "Baton-On-Behalf-Of"
ONLY_AGENTS = frozenset({Scope.AGENTS})


def caller_for(services: Services, key: Caller, named: str) -> Caller:
    """The person with this id or e-mail address, as the caller. Raises Forbidden if `key` may not
    speak for people; InvalidRequest if the person does not serve the key's bot."""
    person, member = _require_member(services, key, named)
    role = Role.AGENT if member.role is Role.AGENT else Role.SUPERVISOR
    return Caller(
        person.id,
        person.name,
        role,
        key.bot,
        member.queues,
        capacity=member.capacity,
        key=key.id,
    )


def person_for(services: Services, authorization: str | None, named: str) -> Person:
    """As `caller_for`, for a call that concerns no bot."""
    return _require_member(services, key_caller(services, authorization), named)[0]


def require_named(key: Caller, action: Action | None) -> None:
    """Raises InvalidRequest if this key may do so only for a person. `action` None is any."""
    if key.scopes == ONLY_AGENTS or (action and not is_allowed(key, action)):
        raise _invalid("This key speaks for people: name the person by their id or e-mail address.")


def record_sign_of_life(services: Services, person: str) -> None:
    presence.heartbeat(services, person)


def _require_member(services: Services, key: Caller, named: str) -> tuple[Person, Member]:
    if key.role is not Role.BOT or Scope.AGENTS not in key.scopes:
        raise Forbidden(f"Only a key with the scope {Scope.AGENTS} may send {HEADER}.")
    id_ = person_id(named) if "@" in named else named.strip()
    _, person, member = services.directory.bot_and_member(key.bot, id_)
    if person is None or member is None or person.disabled:
        raise _invalid(f"Nobody with this id or e-mail address serves the bot {key.bot}.")
    return person, member


def _invalid(message: str) -> InvalidRequest:
    return invalid_field(HEADER, f"{HEADER}: {message}")
