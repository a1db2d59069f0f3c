"""Routes of the web push subscription of the session that calls."""

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.push_subscriptions import PushSubscriptionRequest
from chalicelib.usecases.records.mail import PushSubscription
from chalicelib.usecases.views import Json, timestamp
from chalicelib.usecases.web_push import subscriptions


def get_push_subscription(call: Call) -> Reply:
    return _shown(call, subscriptions.get(call.services, call.session))


def save_push_subscription(call: Call, body: PushSubscriptionRequest) -> Reply:
    browser = subscriptions.PushBrowser(
        body.endpoint, body.keys.p256dh, body.keys.auth, body.language, body.waiting
    )
    return _shown(call, subscriptions.save(call.services, call.session, browser))


def remove_push_subscription(call: Call) -> Reply:
    subscriptions.remove(call.services, call.session)
    return Reply(status=204)


def _shown(call: Call, subscription: PushSubscription | None) -> Reply:
    public = subscriptions.server_key(call.services).public
    shown = _view(subscription) if subscription else None
    return Reply({"public_key": public, "subscription": shown})


def _view(of: PushSubscription) -> Json:
    """Without the browser's keys, which only Baton needs."""
    return {
        "endpoint": of.endpoint,
        "language": of.language,
        "waiting": of.waiting,
        "created_at": timestamp(of.created_at),
        "expires_at": timestamp(of.expires_at),
    }
