"""The people who serve a bot: invited, given other work, sent away.

An invitation is one signed line, not a row. It is good until its time is over or its person has a
password: setting one ends whatever was signed before.
"""

from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.domain.address import person_id
from chalicelib.domain.conversation.commands import Release
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import Conflict, Forbidden, NotFound, Refused, TemporarilyUnavailable
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.accounts.authenticate import person_of_token
from chalicelib.usecases.accounts.sessions import LoginSession
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live import push
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

INVITATION_LIFE_MS = 7 * 24 * 60 * 60 * 1000
"""Milliseconds for which an invitation is good."""
INVITATION = "invitation"
MAX_OWNED = 100
ROUNDS, FIRST_PAUSE = 6, 50
"""Milliseconds between two looks at a list that lags behind, doubled each time: three seconds in
all."""


class Invitation(Struct, frozen=True):
    """Whoever has `token` sets the first password. `expires_at` as everywhere."""

    token: str
    expires_at: int


def invite(
    services: Services, caller: Caller, email: str, name: str, place: Member
) -> tuple[Member, Invitation | None]:
    """Role, queues and capacity are those of `place`. Without an invitation: the person has a
    password already, and logs in with it. Raises Conflict where they are a member, Forbidden where
    they serve another bot and the caller is not the owner."""
    authorize(caller, Action.CONFIGURE)
    who = person_id(email)
    if _find_member(services, caller.bot, who):
        raise Conflict(f"{email} serves this bot already.")
    person = _reusable_person(services, caller, who) or _create(
        services, Person(who, email, name, "")
    )
    member = replace(place, person=who, name=person.name, email=person.email)
    services.directory.put_member(caller.bot, member)
    audit.log_change(caller, "agent_added", agent=who, role=member.role)
    return member, None if person.password_hash else _invitation(services, person)


def _create(services: Services, person: Person) -> Person:
    services.administration.create_person(person)
    return person


def _reusable_person(services: Services, caller: Caller, who: str) -> Person | None:
    """Whoever invites somebody first could have set their password: so nobody but the owner takes
    in somebody whom another bot has invited, and who serves no bot any more begins anew."""
    person = services.directory.person(who)
    if person is None or caller.role is Role.OWNER:
        return person
    if person.is_owner or services.directory.bots_of_person(who):
        raise Forbidden("They serve another bot: only the installation's owner may add them.")
    if not services.administration.set_password(person, ""):
        raise Conflict("They have been changed meanwhile: try again.")
    return replace(person, password_hash="", token_version=person.token_version + 1)


def renew_invitation(services: Services, caller: Caller, who: str) -> Invitation:
    """Raises NotFound; Forbidden where the person has a password, which is theirs alone: they may
    serve other bots, too."""
    authorize(caller, Action.CONFIGURE)
    _require_member(services, caller.bot, who)
    person = services.directory.person(who)
    assert person is not None
    if person.password_hash and caller.role is not Role.OWNER:
        raise Forbidden("They have a password: only the installation's owner may invite anew.")
    audit.log_change(caller, "agent_invited", agent=who)
    return _invitation(services, person)


def invite_owner(services: Services, email: str, name: str) -> Invitation:
    """For whoever holds the stage itself: no caller is asked. An owner who is known is invited
    anew, and keeps name and password until the invitation is used. Raises Conflict where somebody
    who is no owner has this address."""
    known = services.directory.person(person_id(email))
    if known and not known.is_owner:
        raise Conflict(f"{email} serves a bot: an owner needs an address of their own.")
    if known is None:
        known = _create(services, Person(person_id(email), email, name, "", is_owner=True))
    return _invitation(services, known)


def accept_invitation(services: Services, token: str, password: str) -> LoginSession:
    """Raises Unauthenticated where the invitation is none, over, or used."""
    return sessions.set_password(services, person_of_token(services, token, INVITATION), password)


def update(services: Services, caller: Caller, who: str, place: Member) -> Member:
    """Gives them the role, queues and capacity of `place`. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    _require_member(services, caller.bot, who)
    if not services.administration.update_member(caller.bot, replace(place, person=who)):
        raise _not_found(caller.bot, who)
    audit.log_change(caller, "agent_changed", agent=who, role=place.role)
    return _require_member(services, caller.bot, who)


def remove(services: Services, caller: Caller, who: str) -> None:
    """What they have goes back to its queue; within five seconds they see this bot no more. What
    they still take in these seconds goes back at once, too (`timers.see_to_owner`).

    Raises NotFound; TemporarilyUnavailable where the list of what they have lags behind for too
    long: they are gone by then, and the same call goes on with what is left.
    """
    authorize(caller, Action.CONFIGURE)
    removed = services.administration.remove_member(caller.bot, who)
    if not removed and not services.administration.open_conversations(caller.bot, who):
        raise _not_found(caller.bot, who)
    audit.log_change(caller, "agent_removed", agent=who)
    for connection in services.connections.of_bot(caller.bot):
        if connection.person == who:
            push.close_connection(services, connection)
    _release_conversations(services, caller, who)


def _release_conversations(services: Services, caller: Caller, who: str) -> None:
    """The list may lag behind; the count of what somebody has, which each command keeps, does
    not."""
    owned = BoardFilter(frozenset({Status.AGENT}), owner=who)
    for round_ in range(ROUNDS):
        found = services.conversations.board(caller.bot, owned, None, MAX_OWNED).conversation_ids
        for head in services.conversations.heads(caller.bot, found):
            if head.owner_id == who:
                # Ended, or given to somebody else, in this moment: there is nothing to give back.
                with suppress(Refused):
                    execute(services, caller, head.id, Release(epoch=head.epoch))
        if not services.administration.open_conversations(caller.bot, who):
            return
        services.clock.sleep(FIRST_PAUSE * 2**round_)
    raise TemporarilyUnavailable("Not all that they have is in the list yet.", retry_after=1)


def _invitation(services: Services, person: Person) -> Invitation:
    now = services.clock.now()
    expires_at = now + INVITATION_LIFE_MS
    claims = {"sub": person.id, "tv": person.token_version, "typ": INVITATION}
    times = {"jti": services.random.token(), "iat": now // 1000, "exp": expires_at // 1000}
    return Invitation(services.tokens.issue(claims | times), expires_at)


def _find_member(services: Services, bot: str, who: str) -> Member | None:
    return next((each for each in services.directory.members(bot) if each.person == who), None)


def _require_member(services: Services, bot: str, who: str) -> Member:
    member = _find_member(services, bot, who)
    if member is None:
        raise _not_found(bot, who)
    return member


def _not_found(bot: str, who: str) -> NotFound:
    return NotFound(f"Nobody called {who} serves the bot {bot}.")
