"""The members of a bot: invite, update, remove.

If the installation sends mail, it mails the invitation, and a person who accepts it has proved the
address. Otherwise the inviter hands it on: it is then a signed token and is not stored. It is valid
for seven days, or until its person sets a password: a new password raises the token version, which
ends all earlier tokens. Whoever has it sets the password. So it never replaces a password, and an
account that an admin has registered serves no other bot until the person has proved the address.
"""

from collections.abc import Iterable
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.access import Action, Caller, Role, authorize, is_allowed
from chalicelib.domain.address import person_id
from chalicelib.domain.conversation.commands import Release
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import Conflict, Forbidden, NotFound, Refused, TemporarilyUnavailable
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts import mail_requests, sessions
from chalicelib.usecases.accounts.authenticate import person_of_session, session_of_token
from chalicelib.usecases.accounts.sessions import LoginSession
from chalicelib.usecases.admin import audit
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live import push
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.mail import MailKind
from chalicelib.usecases.records.people import Device, Person
from chalicelib.usecases.routing import unserved
from chalicelib.usecases.routing.queue_lookup import require_queues
from chalicelib.usecases.services import Services

INVITATION_LIFE_MS = 7 * 24 * 60 * 60 * 1000
INVITATION = "invitation"
PROOF = "they can, with a link for a forgotten password, or the owner may confirm it."
MAX_OWNED = 100
ROUNDS, FIRST_PAUSE = 6, 50
"""Reads of the lagging board, and milliseconds after the first one. Each pause is twice as long as
the one before: three seconds in all."""


class Invitation(Struct, frozen=True):
    """`token` allows to set the person's password until `expires_at`. It is None if the invitation
    is sent by mail."""

    token: str | None
    expires_at: int


def invite(
    services: Services, caller: Caller, email: str, name: str, template: Member
) -> tuple[Member, Invitation | None]:
    """Adds a member with the role, queues and capacity of `template`.

    Returns no invitation if the person already has a password to log in with. Raises Conflict if
    the person is a member of this bot, or has been registered by another bot and has not proved
    their address; Forbidden if they are a member of another bot or an owner and the caller is not
    the owner.
    """
    authorize(caller, Action.CONFIGURE)
    who = person_id(email)
    require_queues(services, caller.bot, template.queues)
    if _find_member(services, caller.bot, who):
        raise Conflict(f"{email} is already a member of this bot.")
    person = services.directory.person(who, fresh=True)
    if person:
        person = _require_invitable(services, caller, person)
    else:
        registered_by = None if caller.role is Role.OWNER else caller.bot
        account = replace(_account(services, email, name), registered_by=registered_by)
        person = _create(services, account)
    sent = None if person.password_hash else _send(services, caller, person)
    member = replace(template, person=who, name=person.name, email=person.email)
    facts = {"agent": who, "role": member.role}
    event = audit.event(services, caller, AuditAction.AGENT_ADDED, **facts)
    services.directory.put_member(caller.bot, member, event)
    audit.log_event(caller, AuditAction.AGENT_ADDED, **facts)
    return member, sent


def _account(services: Services, email: str, name: str) -> Person:
    return Person(person_id(email), email, name, "", token_version=services.clock.now())


def _create(services: Services, person: Person) -> Person:
    services.administration.create_person(person)
    return person


def _require_invitable(services: Services, caller: Caller, person: Person) -> Person:
    """The person as they are then: without a password, the inviter registers them anew. Raises
    Forbidden, Conflict."""
    is_owner, serves = caller.role is Role.OWNER, services.directory.bots_of_person(person.id)
    if not is_owner and (person.is_owner or {*serves} - {caller.bot}):
        raise Forbidden(
            "Only the installation's owner may add an owner, or a member of another bot."
        )
    registered_by = None if is_owner else caller.bot
    if person.password_hash:
        if person.registered_by not in (None, caller.bot):
            raise Conflict(
                f"An admin of the bot {person.registered_by} has registered this account, and the "
                "person has not proved the address yet: "
                f"{PROOF if services.sends_mail else 'the owner may confirm it.'}"
            )
        return person
    if person.registered_by == registered_by:
        return person
    # An invitation that somebody else was shown must not set the password any more.
    if not services.people.set_registered_by(person, registered_by):
        raise Conflict("Another request has changed this person: try again.")
    version = person.token_version + 1
    return replace(person, registered_by=registered_by, token_version=version)


def with_password(services: Services, caller: Caller, of: Iterable[Member]) -> set[str] | None:
    """Those of these members who have a password, and so need no invitation. None if the caller may
    not invite."""
    if not is_allowed(caller, Action.CONFIGURE):
        return None
    people = services.directory.people(member.person for member in of)
    return {person.id for person in people if person.password_hash}


def renew_invitation(services: Services, caller: Caller, who: str) -> Invitation:
    """Raises NotFound; Conflict if the person has a password; Forbidden if they serve another bot
    and the caller is not the owner."""
    authorize(caller, Action.CONFIGURE)
    _require_member(services, caller.bot, who)
    person = services.directory.person(who, fresh=True)
    if person is None:
        raise NotFound(f"This bot has no agent {who}.")
    if person.password_hash:
        raise Conflict("This person has a password: only they or the owner can reset it.")
    person = _require_invitable(services, caller, person)
    audit.record(services, caller, AuditAction.AGENT_INVITED, agent=who)
    return _send(services, caller, person)


def invite_owner(services: Services, email: str, name: str) -> Invitation:
    """For the command line: there is no caller to authorize.

    An existing owner keeps name and password until the invitation is accepted. Raises Conflict if
    the e-mail belongs to a person who is not an owner.
    """
    person = services.directory.person(person_id(email), fresh=True)
    if person and not person.is_owner:
        raise Conflict(f"{email} belongs to a member of a bot: an owner needs another address.")
    if person is None:
        person = _create(services, replace(_account(services, email, name), is_owner=True))
    return invitation(services, person)


def accept_invitation(
    services: Services, token: str, password: str, device: Device
) -> LoginSession:
    """Sets the password and logs in. Raises Unauthenticated if the invitation is invalid, expired
    or used."""
    invited = session_of_token(services, token, INVITATION)
    person = person_of_session(services, invited, fresh=True)
    return sessions.set_password(services, person, password, device)


def update(services: Services, caller: Caller, who: str, template: Member) -> Member:
    """Sets the member's role, queues and capacity to those of `template`. Raises NotFound."""
    authorize(caller, Action.CONFIGURE)
    _require_member(services, caller.bot, who)
    require_queues(services, caller.bot, template.queues)
    if not services.administration.update_member(caller.bot, replace(template, person=who)):
        raise _not_found(caller.bot, who)
    audit.record(services, caller, AuditAction.AGENT_CHANGED, agent=who, role=template.role)
    unserved.report_waiting(services, caller.bot)
    return _require_member(services, caller.bot, who)


def remove(services: Services, caller: Caller, who: str) -> None:
    """Removes the member and releases their conversations to the queues.

    The person loses access within five seconds, when all caches have expired. A conversation that
    they claim in these seconds is released by `lost_agents.check_new_owner`.

    Raises NotFound. Raises TemporarilyUnavailable if the board lags for too long: the member is
    removed by then, and the same call releases the remaining conversations.
    """
    authorize(caller, Action.CONFIGURE)
    event = audit.event(services, caller, AuditAction.AGENT_REMOVED, agent=who)
    removed = services.administration.remove_member(caller.bot, who, event)
    if not removed and not services.administration.open_conversations(caller.bot, who):
        raise _not_found(caller.bot, who)
    audit.log_event(caller, AuditAction.AGENT_REMOVED, agent=who)
    services.administration.delete_own_replies(caller.bot, who)
    for connection in services.connections.of_bot(caller.bot):
        if connection.person == who:
            push.leave_bot(services, connection, caller.bot)
    release_conversations(services, caller, who)
    unserved.report_waiting(services, caller.bot)


def release_conversations(services: Services, caller: Caller, who: str) -> None:
    """Releases the conversations of this bot that the person owns.

    The board may lag; the count of open conversations does not. So read the board until the count
    is 0. Raises TemporarilyUnavailable if that takes too long.
    """
    owned = BoardFilter(frozenset({Status.AGENT}), owner=who)
    for round_ in range(ROUNDS):
        ids = services.conversations.board(caller.bot, owned, None, MAX_OWNED).conversation_ids
        for head in services.conversations.heads(caller.bot, ids):
            if head.owner_id == who:
                # Refused: the handoff was closed or transferred since the head was read.
                with suppress(Refused):
                    execute(services, caller, head.id, Release(epoch=head.epoch))
        if not services.administration.open_conversations(caller.bot, who):
            return
        services.clock.sleep(FIRST_PAUSE * 2**round_)
    raise TemporarilyUnavailable(
        "Not all conversations of this agent are listed yet: send the same request again.",
        retry_after=1,
    )


def _send(services: Services, caller: Caller, person: Person) -> Invitation:
    """Mails the invitation, or returns it to be handed on. Raises TemporarilyUnavailable."""
    if not services.sends_mail:
        return invitation(services, person)
    bot = services.directory.bot(caller.bot)
    name = bot.name if bot else caller.bot
    mail_requests.request(services, MailKind.INVITED, person.id, by=caller.name, bot=name)
    return Invitation(None, services.clock.now() + INVITATION_LIFE_MS)


def invitation(services: Services, person: Person) -> Invitation:
    """An invitation that somebody hands on."""
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
    return NotFound(f"The bot {bot} has no agent {who}.")
