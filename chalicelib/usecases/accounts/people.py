"""The installation's owner looks after people's accounts: list, disable, enable, delete them, and
end their sessions.

Nobody can disable or delete their own account, so an owner always remains.
"""

from collections import defaultdict

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.admin import audit, members
from chalicelib.usecases.live import push
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.people import Person, Session
from chalicelib.usecases.routing import lost_agents
from chalicelib.usecases.services import Services
from chalicelib.usecases.web_push import subscriptions


class Membership(Struct, frozen=True):
    bot: str
    role: Role


class PersonDetail(Struct, frozen=True):
    person: Person
    memberships: list[Membership]


def list_people(services: Services, owner: Person) -> list[PersonDetail]:
    """Everybody who has an account, by e-mail address. Of the accounts that a release without this
    list has stored, it has the members of bots and the owner who calls."""
    found: dict[str, list[Membership]] = defaultdict(list)
    for bot in services.directory.bot_ids():
        for member in services.directory.roster(bot):
            found[member.person].append(Membership(bot, member.role))
    people = services.directory.people({owner.id, *services.people.ids(), *found})
    details = [PersonDetail(person, found.get(person.id, [])) for person in people]
    return sorted(details, key=lambda detail: detail.person.email)


def disable(services: Services, owner: Person, who: str) -> None:
    """Ends the person's sessions, closes their connections, and releases their conversations. They
    cannot log in until they are enabled again.

    Raises NotFound, Conflict for the own account, and TemporarilyUnavailable if not all of their
    conversations are listed yet: then the same call releases the others.
    """
    person = _require_other(services, owner, who)
    if not person.disabled:
        _set_disabled(services, owner, person, disabled=True)
    push.end_connections(services, services.connections.of_person(who))
    subscriptions.remove_ended(services, who, person.token_version)
    lost_agents.person_logged_out(services, who)
    for bot in _bots_served(services, person):
        members.release_conversations(services, _caller(owner, bot), who)


def enable(services: Services, owner: Person, who: str) -> None:
    """Sessions and invitations from before stay ended. Raises NotFound, Conflict."""
    person = _require(services, who)
    if person.disabled:
        _set_disabled(services, owner, person, disabled=False)


def confirm(services: Services, owner: Person, who: str) -> None:
    """The owner answers for the person's address, so that they may serve other bots. Raises
    NotFound, and Conflict if the person has no password yet."""
    person = _require(services, who)
    if not person.password_hash:
        raise Conflict("This person has not accepted the invitation yet: invite them yourself.")
    if person.registered_by is not None:
        services.people.prove_address(who)
        audit.record_account(services, who, AuditAction.ADDRESS_CONFIRMED, by=owner.id)
        services.directory.invalidate_cache()


def delete(services: Services, owner: Person, who: str) -> None:
    """Disables the person, removes them from their bots, and deletes the account and what they kept
    for themself. A repeated call
    continues one that was interrupted. Raises as `disable`."""
    disable(services, owner, who)
    person = _require_other(services, owner, who)
    for bot in services.directory.bots_of_person(who):
        members.remove(services, _caller(owner, bot), who)
    for bot in _bots_served(services, person):
        services.administration.delete_own_replies(bot, who)
    services.second_factors.remove(who)
    event = audit.account_event(services, who, AuditAction.PERSON_DELETED, owner)
    if not services.people.delete(who, owner.id, event):
        raise _changed()
    _log(owner, AuditAction.PERSON_DELETED, who)
    services.directory.invalidate_cache()


def rename(services: Services, person: Person, name: str) -> Person:
    """For the person themself. What they wrote keeps their earlier name."""
    bots = services.directory.bots_of_person(person.id)
    services.people.rename(person.id, name, bots)
    services.directory.invalidate_cache()
    audit.record_account(services, person.id, AuditAction.NAME_CHANGED)
    return replace(person, name=name)


def list_sessions(services: Services, who: str) -> list[Session]:
    """Raises NotFound."""
    return sessions.of_person(services, _require(services, who))


def end_sessions(services: Services, owner: Person, who: str) -> None:
    """Raises NotFound."""
    sessions.end_all(services, _require(services, who), owner)


def _set_disabled(services: Services, owner: Person, person: Person, *, disabled: bool) -> None:
    action = AuditAction.PERSON_DISABLED if disabled else AuditAction.PERSON_ENABLED
    event = audit.account_event(services, person.id, action, owner)
    if not services.people.set_disabled(person, disabled, owner.id, event):
        raise _changed()
    _log(owner, action, person.id)
    services.directory.invalidate_cache()


def _bots_served(services: Services, person: Person) -> list[str]:
    directory = services.directory
    return directory.bot_ids() if person.is_owner else directory.bots_of_person(person.id)


def _caller(owner: Person, bot: str) -> Caller:
    return Caller(owner.id, owner.name, Role.OWNER, bot)


def _log(owner: Person, action: AuditAction, who: str) -> None:
    audit.log_event(_caller(owner, ""), action, person=who)


def _require(services: Services, who: str) -> Person:
    person = services.directory.person(who, fresh=True)
    if person is None:
        raise NotFound(f"There is no person {who}.")
    return person


def _require_other(services: Services, owner: Person, who: str) -> Person:
    if who == owner.id:
        raise Conflict(
            "Nobody can disable or delete their own account, so that the last owner stays: "
            "another owner can."
        )
    return _require(services, who)


def _changed() -> Conflict:
    return Conflict("Another request has changed this person or your account: try again.")
