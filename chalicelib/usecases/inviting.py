"""The people who serve a bot: invited, given other work, sent away.

An invitation is one signed line, not a row. It is good until its time is over or its person has a
password: setting one ends whatever was signed before.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.domain.address import person_id
from chalicelib.domain.commands import Release
from chalicelib.domain.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    TemporarilyUnavailable,
)
from chalicelib.domain.head import Status
from chalicelib.domain.routing import Member
from chalicelib.usecases import auditing, pushing, sessions
from chalicelib.usecases.authentication import person_of_token
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.ports import BoardFilter
from chalicelib.usecases.records import Person
from chalicelib.usecases.sessions import Session
from chalicelib.usecases.world import World

LIFE = 7 * 24 * 60 * 60 * 1000
"""Milliseconds for which an invitation is good."""
INVITATION = "invitation"
MOST_OWNED = 100
ROUNDS, FIRST_PAUSE = 6, 50
"""Milliseconds between two looks at a list that lags behind, doubled each time: three seconds in
all."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whoever has `token` sets the first password. `expires_at` as everywhere."""

    token: str
    expires_at: int


def invite(
    world: World, caller: Caller, email: str, name: str, place: Member
) -> tuple[Member, Invitation | None]:
    """Role, queues and capacity are those of `place`. Without an invitation: the person has a
    password already, and logs in with it. Raises Conflict where they are a member, Forbidden where
    they serve another bot and the caller is not the owner."""
    authorize(caller, Action.CONFIGURE)
    who = person_id(email)
    if _member(world, caller.bot, who):
        raise Conflict(f"{email} serves this bot already.")
    person = _known(world, caller, who) or _new(world, Person(who, email, name, ""))
    member = replace(place, person=who, name=person.name, email=person.email)
    world.directory.add_member(caller.bot, member)
    auditing.changed(caller, "agent_added", agent=who, role=member.role)
    return member, None if person.password_hash else _invitation(world, person)


def _new(world: World, person: Person) -> Person:
    world.administration.add_person(person)
    return person


def _known(world: World, caller: Caller, who: str) -> Person | None:
    """Whoever invites somebody first could have set their password: so nobody but the owner takes
    in somebody whom another bot has invited, and who serves no bot any more begins anew."""
    person = world.directory.person(who)
    if person is None or caller.role is Role.OWNER:
        return person
    if person.is_owner or world.directory.bots_of(who):
        raise Forbidden("They serve another bot: only the installation's owner may add them.")
    if not world.administration.set_password(person, ""):
        raise Conflict("They have been changed meanwhile: try again.")
    return replace(person, password_hash="", token_version=person.token_version + 1)


def invite_again(world: World, caller: Caller, who: str) -> Invitation:
    """Raises NotFound; Forbidden where the person has a password, which is theirs alone: they may
    serve other bots, too."""
    authorize(caller, Action.CONFIGURE)
    _require_member(world, caller.bot, who)
    person = world.directory.person(who)
    assert person is not None
    if person.password_hash and caller.role is not Role.OWNER:
        raise Forbidden("They have a password: only the installation's owner may invite anew.")
    auditing.changed(caller, "agent_invited", agent=who)
    return _invitation(world, person)


def invite_owner(world: World, email: str, name: str) -> Invitation:
    """For whoever holds the stage itself: no caller is asked. An owner who is known is invited
    anew, and keeps name and password until the invitation is used. Raises Conflict where somebody
    who is no owner has this address."""
    known = world.directory.person(person_id(email))
    if known and not known.is_owner:
        raise Conflict(f"{email} serves a bot: an owner needs an address of their own.")
    if known is None:
        known = _new(world, Person(person_id(email), email, name, "", is_owner=True))
    return _invitation(world, known)


def accept(world: World, token: str, password: str) -> Session:
    """Raises Unauthenticated where the invitation is none, over, or used."""
    return sessions.set_password(world, person_of_token(world, token, INVITATION), password)


def change(world: World, caller: Caller, who: str, place: Member) -> Member:
    """Gives them the role, queues and capacity of `place`. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    _require_member(world, caller.bot, who)
    if not world.administration.change_member(caller.bot, replace(place, person=who)):
        raise _nobody(caller.bot, who)
    auditing.changed(caller, "agent_changed", agent=who, role=place.role)
    return _require_member(world, caller.bot, who)


def send_away(world: World, caller: Caller, who: str) -> None:
    """What they have goes back to its queue; within five seconds they see this bot no more. What
    they still take in these seconds goes back at once, too (`timers.see_to_owner`).

    Raises NotFound; TemporarilyUnavailable where the list of what they have lags behind for too
    long: they are gone by then, and the same call goes on with what is left.
    """
    authorize(caller, Action.CONFIGURE)
    removed = world.administration.remove_member(caller.bot, who)
    if not removed and not world.administration.open_count(caller.bot, who):
        raise _nobody(caller.bot, who)
    auditing.changed(caller, "agent_removed", agent=who)
    for connection in world.connections.of_bot(caller.bot):
        if connection.person == who:
            pushing.forget(world, connection)
    _take_back(world, caller, who)


def _take_back(world: World, caller: Caller, who: str) -> None:
    """The list may lag behind; the count of what somebody has, which each command keeps, does
    not."""
    owned = BoardFilter(frozenset({Status.AGENT}), owner=who)
    for round_ in range(ROUNDS):
        found = world.conversations.board(caller.bot, owned, None, MOST_OWNED).conversation_ids
        for head in world.conversations.heads(caller.bot, found):
            if head.owner_id == who:
                # Ended, or given to somebody else, in this moment: there is nothing to give back.
                with suppress(Refused):
                    execute(world, caller, head.id, Release(epoch=head.epoch))
        if not world.administration.open_count(caller.bot, who):
            return
        world.clock.sleep(FIRST_PAUSE * 2**round_)
    raise TemporarilyUnavailable("Not all that they have is in the list yet.", retry_after=1)


def _invitation(world: World, person: Person) -> Invitation:
    now = world.clock.now()
    expires_at = now + LIFE
    claims = {"sub": person.id, "tv": person.token_version, "typ": INVITATION}
    times = {"jti": world.chance.token(), "iat": now // 1000, "exp": expires_at // 1000}
    return Invitation(world.tokens.issue(claims | times), expires_at)


def _member(world: World, bot: str, who: str) -> Member | None:
    return next((each for each in world.directory.members(bot) if each.person == who), None)


def _require_member(world: World, bot: str, who: str) -> Member:
    member = _member(world, bot, who)
    if member is None:
        raise _nobody(bot, who)
    return member


def _nobody(bot: str, who: str) -> NotFound:
    return NotFound(f"Nobody called {who} serves the bot {bot}.")
