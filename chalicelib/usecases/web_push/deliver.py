"""Sends one alert to the push service of a browser, which brings it to the browser."""

import json
import logging
from enum import Enum
from urllib.parse import quote, urlsplit

from chalicelib.domain.address import digest
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.mail import (
    PushAlert,
    PushKey,
    PushKeyOwner,
    PushKind,
    PushSubscription,
)
from chalicelib.usecases.records.people import SessionReference
from chalicelib.usecases.services import Services
from chalicelib.usecases.web_push.alerts import still_asks
from chalicelib.usecases.web_push.texts import DIRECTIONS, TITLES

WAITS = (5, 30, 120, 600)
"""Seconds before the second, third … attempt."""
GONE = (404, 410)
"""The browser has unsubscribed, or its push service has forgotten it (RFC 8030, section 7.3)."""
URGENCY = {PushKind.OFFERED: "high", PushKind.ASSIGNED: "high"}
OTHERWISE = "normal"
"""A phone that saves power shows urgent alerts at once (RFC 8030, section 5.3)."""
PADDED_TO = 512
"""Bytes: the length of an alert then does not tell the push service what it says."""
LOCAL_SUBJECT = "mailto:baton@localhost.localdomain"
"""Push services refuse an address without TLS, which a local stack has."""

log = logging.getLogger("baton")


class PushOutcome(Enum):
    SENT, NOT_NEEDED, GONE, REFUSED, TO_RETRY = range(5)


def deliver(services: Services, alert: PushAlert) -> PushOutcome:
    """Does nothing if the session has ended, or if the conversation has moved on. Raises
    TemporarilyUnavailable."""
    subscription = _current(services, alert)
    if subscription is None or services.clock.now() >= alert.until:
        return PushOutcome.NOT_NEEDED
    head = services.conversations.head(alert.bot, alert.conversation_id)
    key = services.push_subscriptions.key()
    if head is None or key is None or not still_asks(head, alert):
        return PushOutcome.NOT_NEEDED
    payload = _payload(services, alert, head, subscription)
    outcome = _post(services, alert, subscription, key, payload)
    if outcome is PushOutcome.GONE:
        services.push_subscriptions.remove(alert.person, alert.session)
    return outcome


def _current(services: Services, alert: PushAlert) -> PushSubscription | None:
    """Removes the subscription if its session has ended."""
    found = services.push_subscriptions.get(alert.person, alert.session)
    if found is None:
        return None
    person = services.directory.person(alert.person, fresh=True)
    session = SessionReference(found.person, found.session, found.token_version)
    stored = services.sessions.get(alert.person, alert.session)
    used_until = stored.used_at + services.session_limits.idle if stored else 0
    if person and person.accepts(session) and used_until > services.clock.now():
        return found
    services.push_subscriptions.remove(alert.person, alert.session)
    return None


def _payload(
    services: Services, alert: PushAlert, head: Head, subscription: PushSubscription
) -> bytes:
    """The payload that the service worker shows. It quotes no message."""
    bot = services.directory.bot(alert.bot)
    places = [head.queue, bot.name if bot else alert.bot]
    shown = {
        "title": TITLES[alert.kind][subscription.language],
        "body": " · ".join(place for place in places if place),
        "tag": alert.conversation_id,
        "lang": subscription.language,
        "dir": DIRECTIONS[subscription.language],
        "hash": f"#{quote(alert.bot, safe='')}/{quote(alert.conversation_id, safe='')}",
    }
    return json.dumps(shown).ljust(PADDED_TO).encode()


def _post(
    services: Services,
    alert: PushAlert,
    subscription: PushSubscription,
    key: PushKey,
    payload: bytes,
) -> PushOutcome:
    now, endpoint = services.clock.now(), subscription.endpoint
    private = services.secret_sealer.open(PushKeyOwner(), key.private)
    # A push service keeps only the last message of a topic, whose name has at most 32 characters
    # (RFC 8030, section 5.4).
    headers = {
        "content-type": "application/octet-stream",
        "content-encoding": "aes128gcm",
        "ttl": str((alert.until - now) // 1000),
        "urgency": URGENCY.get(alert.kind, OTHERWISE),
        "topic": digest("push", alert.bot, alert.conversation_id),
        **services.push_encoder.authorization(
            endpoint, private, key.public, _subject(services), now
        ),
    }
    body = services.push_encoder.encrypt(subscription.public, subscription.auth, payload)
    try:
        status = services.webhook_client.post(endpoint, headers, body)
    except Unreachable as error:
        log.warning("push not sent", extra={"host": _host(endpoint), "error": str(error)})
        return PushOutcome.TO_RETRY
    return _outcome(status, _host(endpoint))


def _outcome(status: int, host: str) -> PushOutcome:
    if 200 <= status < 300:
        return PushOutcome.SENT
    if status in GONE:
        return PushOutcome.GONE
    log.warning("push refused", extra={"host": host, "status": status})
    return PushOutcome.TO_RETRY if status == 429 or status >= 500 else PushOutcome.REFUSED


def _subject(services: Services) -> str:
    """The address by which a push service can find the operator of this installation."""
    url = services.console_url
    return url if url.startswith("https://") else LOCAL_SUBJECT


def _host(endpoint: str) -> str:
    """Returns only the host: anybody who has the whole endpoint can send to the browser."""
    return urlsplit(endpoint).hostname or ""
