"""Single sign-on: send the browser to the provider, and log in whom the provider names.

The attempt is a signed token in a cookie of the browser that began it, so an answer that reaches
another browser is refused. The browser comes back with the provider's code; the console gets a code
of ours for it, in the fragment of an address, which no server sees. It works once, within a minute,
and in this browser alone.

A person is known by the provider's issuer and subject from their first sign-on. Before that, and if
the operator has changed the issuer, by the address that the provider has verified.

Any page can lead a browser to the beginning, and a provider that still knows the person asks
nothing. So the console begins with the digest of a random text that it keeps in its tab, and needs
the text to exchange the code: without a click in the console, no session begins.
"""

import base64
import hashlib
import hmac
import logging
import re

from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import digest, person_id
from chalicelib.domain.errors import NotFound, Unauthenticated
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.accounts.authenticate import person_of_session, reference_of
from chalicelib.usecases.accounts.sessions import LoginSession
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.accounts import SignOnFailed
from chalicelib.usecases.records.audit import AuditAction, AuditOutcome
from chalicelib.usecases.records.people import Device, Person
from chalicelib.usecases.records.sign_on import Flow, SignOnRules, VerifiedIdentity
from chalicelib.usecases.services import Services

ATTEMPT, EXCHANGE = "sign_on", "sign_on_code"
ATTEMPT_LIFE_MS = 10 * 60 * 1000
EXCHANGE_LIFE_MS = 60 * 1000
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
"""SHA-256 in base64url, as in PKCE (RFC 7636)."""
MAX_NAME = 64
RANK = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
log = logging.getLogger("baton.sign_on")


class NoAccount(Exception):
    """The provider knows the person, but they may not log in here."""


class OtherIdentity(Exception):
    """The address belongs to an account that signs in as somebody else of the provider."""


def begin(services: Services, challenge: str) -> tuple[str, str]:
    """Returns the provider's address for this attempt, and the cookie's value. `challenge` is the
    digest of the console's text. Raises NotFound without single sign-on, SignOnFailed."""
    _rules(services)
    if not CHALLENGE.fullmatch(challenge):
        raise SignOnFailed("The attempt did not begin with the console's button.")
    flow = Flow(*(services.random.token() for _ in range(3)))
    expires = (services.clock.now() + ATTEMPT_LIFE_MS) // 1000
    claims = {"sub": "nobody", "tv": 0, "typ": ATTEMPT, "jti": flow.state, "exp": expires}
    cookie = services.tokens.issue(
        {**claims, "nonce": flow.nonce, "verifier": flow.verifier, "challenge": challenge}
    )
    return services.identity_provider.authorization_url(flow), cookie


def finish(services: Services, cookie: str, state: str, code: str, issuer: str | None) -> str:
    """Returns the console's code for the provider's `code`. Raises SignOnFailed, NoAccount,
    OtherIdentity, and NotFound without single sign-on."""
    rules, (flow, _) = _rules(services), _attempt(services, cookie)
    if not hmac.compare_digest(flow.state.encode(), state.encode()):
        raise SignOnFailed("The answer belongs to another attempt.")
    if issuer not in (None, services.identity_provider.issuer):
        raise SignOnFailed("The answer comes from another issuer.")
    person = _person(services, rules, services.identity_provider.identity(flow, code))
    expires = (services.clock.now() + EXCHANGE_LIFE_MS) // 1000
    claims = {"sub": person.id, "tv": person.token_version, "typ": EXCHANGE, "exp": expires}
    times = {"jti": services.random.token(), "attempt": digest(flow.state)}
    return services.tokens.issue(claims | times)


def exchange(
    services: Services, cookie: str, code: str, verifier: str, device: Device
) -> LoginSession:
    """Logs in. `verifier` is the console's text. Raises Unauthenticated, and SecondFactorRequired:
    the provider is the first factor."""
    claims = services.tokens.verify(code, EXCHANGE)
    try:
        flow, challenge = _attempt(services, cookie)
    except SignOnFailed as error:
        raise Unauthenticated("This code belongs to another browser.") from error
    used = services.login_attempts.count(
        digest(EXCHANGE, str(claims["jti"])), services.clock.now(), 2 * EXCHANGE_LIFE_MS
    )
    if claims.get("attempt") != digest(flow.state) or used > 1:
        raise Unauthenticated("This code was used before, or belongs to another browser.")
    if not hmac.compare_digest(challenge.encode(), _challenge_of(verifier).encode()):
        raise Unauthenticated("This sign-on did not begin in this tab of the console.")
    person = person_of_session(services, reference_of(claims), fresh=True)
    return sessions.begin_or_ask(services, person, device)


def _rules(services: Services) -> SignOnRules:
    if services.sign_on_rules is None:
        raise NotFound("This installation has no single sign-on.")
    return services.sign_on_rules


def _challenge_of(verifier: str) -> str:
    digested = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digested).rstrip(b"=").decode()


def _attempt(services: Services, cookie: str) -> tuple[Flow, str]:
    """The attempt and the console's challenge. Raises SignOnFailed."""
    try:
        claims = services.tokens.verify(cookie, ATTEMPT)
    except Unauthenticated as error:
        raise SignOnFailed("The attempt began in another browser, or too long ago.") from error
    flow = Flow(str(claims["jti"]), str(claims["nonce"]), str(claims["verifier"]))
    return flow, str(claims.get("challenge", ""))


def _person(services: Services, rules: SignOnRules, identity: VerifiedIdentity) -> Person:
    email = identity.email.lower()
    # The Kelvin sign becomes an ASCII letter in lower case: the address would be another person's.
    is_same = email.isascii() == identity.email.isascii()
    is_allowed = is_same and email.rpartition("@")[2] in rules.domains
    if not (identity.email_verified and is_allowed):
        raise NoAccount("The address is not verified, or not of a domain that is allowed.")
    known = services.people.person_of_identity(identity.identity)
    person = services.directory.person(known, fresh=True) if known else None
    if person is None:
        person = _linked(services, identity, _of_address(services, rules, identity))
    if person.disabled:
        _refuse(services, person, "disabled")
        raise NoAccount("The account is disabled.")
    _add_memberships(services, rules, identity, person)
    return person


def _of_address(services: Services, rules: SignOnRules, identity: VerifiedIdentity) -> Person:
    found = services.directory.person(person_id(identity.email), fresh=True)
    if found is None:
        return _created(services, rules, identity)
    if found.identity and found.identity.issuer == identity.identity.issuer:
        _refuse(services, found, "other_identity")
        raise OtherIdentity("The account with this address belongs to another subject.")
    return _proved(services, found)


def _linked(services: Services, identity: VerifiedIdentity, person: Person) -> Person:
    owner = Caller(person.id, person.name, Role.OWNER, "")
    event = audit.event(services, owner, AuditAction.IDENTITY_LINKED, person=person.id)
    if not services.people.link_identity(person, identity.identity, event):
        raise SignOnFailed("Another request has changed this account.")
    audit.log_event(owner, AuditAction.IDENTITY_LINKED, person=person.id)
    services.directory.invalidate_cache()
    return replace(person, identity=identity.identity)


def _proved(services: Services, person: Person) -> Person:
    """The provider has proved the address. If an admin had registered the account, the password may
    be theirs: it is removed, which ends the sessions that it has opened."""
    if person.registered_by is None:
        return person
    if person.password_hash and not services.administration.set_password(person, ""):
        raise SignOnFailed("Another request has changed this account.")
    services.people.prove_address(person.id)
    services.directory.invalidate_cache()
    changed = services.directory.person(person.id, fresh=True)
    if changed is None:
        raise NoAccount("The account was deleted.")
    return changed


def _created(services: Services, rules: SignOnRules, identity: VerifiedIdentity) -> Person:
    if not rules.creates_accounts:
        raise NoAccount("There is no account with this address.")
    email = identity.email
    name = identity.name.strip()[:MAX_NAME] or email.partition("@")[0]
    person = Person(person_id(email), email, name, "", token_version=services.clock.now())
    services.administration.create_person(person)
    created = services.directory.person(person.id, fresh=True)
    if created is None:
        raise SignOnFailed("Another request has changed this account.")
    audit.record_account(services, person.id, AuditAction.PERSON_CREATED, reason="sign_on")
    return created


def _refuse(services: Services, person: Person, reason: str) -> None:
    audit.record_account(
        services,
        person.id,
        AuditAction.LOGIN_FAILED,
        outcome=AuditOutcome.REFUSED,
        reason=reason,
    )


def _add_memberships(
    services: Services, rules: SignOnRules, identity: VerifiedIdentity, person: Person
) -> None:
    """Adds what the claim grants, and sets the role of who is a member already. Queues and capacity
    stay. It removes nobody: an admin does that, because conversations must go back to a queue."""
    directory = services.directory
    for bot, role in _granted(rules, identity).items():
        stored_bot, _, member = directory.bot_and_member(bot, person.id, fresh=True)
        if stored_bot is None or stored_bot.is_closing or (member and member.role is role):
            continue
        caller = Caller(person.id, person.name, Role.OWNER, bot)
        if member:
            services.administration.update_member(bot, replace(member, role=role))
            audit.record(services, caller, AuditAction.AGENT_CHANGED, agent=person.id, role=role)
        else:
            event = audit.event(
                services, caller, AuditAction.AGENT_ADDED, agent=person.id, role=role
            )
            directory.put_member(bot, Member(person.id, person.name, person.email, role), event)
            audit.log_event(caller, AuditAction.AGENT_ADDED, agent=person.id, role=role)


def _granted(rules: SignOnRules, identity: VerifiedIdentity) -> dict[str, Role]:
    """The highest role for each bot."""
    given = identity.claims.get(rules.claim) if rules.claim else None
    values = given if isinstance(given, list) else [given]
    granted: dict[str, Role] = {}
    for value in values:
        for bot, role in rules.memberships.get(str(value), {}).items():
            granted[bot] = max(Role(role), granted.get(bot, Role.AGENT), key=RANK.index)
    return granted
