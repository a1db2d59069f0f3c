"""People's own web push subscriptions: one for each session, because a session is one browser."""

from msgspec import Struct

from chalicelib.domain.errors import Conflict, Unauthenticated, invalid_field
from chalicelib.usecases.admin import audit
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.mail import MailLanguage, PushKey, PushKeyOwner, PushSubscription
from chalicelib.usecases.records.people import SessionReference
from chalicelib.usecases.services import Services

MOST_SUBSCRIPTIONS = 10
"""For each person."""


class PushBrowser(Struct, frozen=True):
    """A browser's address and keys, and the choices of its person."""

    endpoint: str
    public: str
    auth: str
    language: MailLanguage
    waiting: bool


def get(services: Services, session: SessionReference) -> PushSubscription | None:
    return services.push_subscriptions.get(session.person, session.id)


def save(services: Services, session: SessionReference, browser: PushBrowser) -> PushSubscription:
    """Replaces the subscription of this session.

    Raises InvalidRequest for an endpoint that Baton does not call, Conflict if the person has
    `MOST_SUBSCRIPTIONS` others, and Unauthenticated if the session has ended.
    """
    _require_callable(services, browser.endpoint)
    others = [
        each
        for each in services.push_subscriptions.of_person(session.person)
        if each.session != session.id
    ]
    if len(others) >= MOST_SUBSCRIPTIONS:
        raise Conflict(
            f"Web push is on in {MOST_SUBSCRIPTIONS} other browsers, which is the limit. "
            "Switch it off in one of them, or end its session."
        )
    stored = services.sessions.get(session.person, session.id)
    if stored is None:
        raise Unauthenticated("This token is no longer valid: its session has ended.")
    before = get(services, session)
    subscription = PushSubscription(
        person=session.person,
        session=session.id,
        token_version=session.token_version,
        endpoint=browser.endpoint,
        public=browser.public,
        auth=browser.auth,
        created_at=before.created_at if before else services.clock.now(),
        expires_at=stored.expires_at,
        language=browser.language,
        waiting=browser.waiting,
    )
    if subscription != before:
        _remove_from_others(services, session, browser.endpoint)
        services.push_subscriptions.put(subscription)
    if before is None:
        _record(services, session, "added")
    return subscription


def _remove_from_others(services: Services, session: SessionReference, endpoint: str) -> None:
    """One browser shows the alerts of one session: somebody else may have used it before, and their
    session may go on."""
    holder = services.push_subscriptions.holder(endpoint)
    if holder and holder != (session.person, session.id):
        found = services.push_subscriptions.get(*holder)
        if found and found.endpoint == endpoint:
            services.push_subscriptions.remove(*holder)


def remove(services: Services, session: SessionReference) -> None:
    """Does nothing if there is none."""
    if get(services, session):
        services.push_subscriptions.remove(session.person, session.id)
        _record(services, session, "removed")


def remove_ended(services: Services, person: str, token_version: int) -> None:
    """Removes the person's subscriptions of sessions up to this token version."""
    for each in services.push_subscriptions.of_person(person):
        if each.token_version <= token_version:
            services.push_subscriptions.remove(person, each.session)


def server_key(services: Services) -> PushKey:
    """The installation's key pair, whose private key is sealed. The first call makes it."""
    stored = services.push_subscriptions.key()
    while stored is None:
        private, public = services.push_encoder.new_key()
        made = PushKey(services.secret_sealer.seal(PushKeyOwner(), private), public)
        if services.push_subscriptions.replace_key(None, made):
            return made
        stored = services.push_subscriptions.key()
    return stored


def _require_callable(services: Services, endpoint: str) -> None:
    try:
        services.webhook_client.check_url(endpoint)
    except Unreachable as error:
        raise invalid_field("endpoint", str(error)) from error


def _record(services: Services, session: SessionReference, change: str) -> None:
    audit.record_account(
        services, session.person, AuditAction.PUSH_CHANGED, session=session.id, change=change
    )
