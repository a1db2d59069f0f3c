"""Web push: from the setting through a push service to the alert, and from the alert to the
conversation. Headless Chromium has no push service and no notification centre. So this machine is
the push service, DevTools hands its message to the real service worker, and the worker shows it in
a list."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Worker, expect

from tests.browser.bot_client import BotClient
from tests.browser.console_actions import claim_new_conversation
from tests.support.network.push_service import Browser, PushService

OpenConsole = Callable[..., Page]
SUBSCRIBE = """([endpoint, p256dh, auth]) => {
    Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
    Notification.requestPermission = async () => 'granted';
    PushManager.prototype.subscribe = async function (options) {
        window.asked = options;
        return { toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }) };
    };
}"""
HIDE = """() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
CENTRE = """() => {
    self.shown = [];
    const close = () => { self.shown = []; };
    registration.getNotifications = async () => self.shown;
    registration.showNotification = async (title, options) => {
        self.shown = [{ title, ...options, close }];
    };
}"""
CLICK = """() => {
    const [notification] = self.shown;
    const click = new ExtendableEvent('notificationclick');
    // The browser allows it for its own events only.
    Object.assign(click, { notification, waitUntil: () => {} });
    dispatchEvent(click);
}"""
LABEL = "Alerts when the console is closed"
SECRET = "My card number is 4111"


def test_a_message_reaches_a_hidden_browser_as_an_alert_that_opens_the_conversation(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page = open_console("ana")
    name, conversation = claim_new_conversation(page, bot)
    with PushService() as service:
        phone = Browser(service.endpoint)
        page.evaluate(SUBSCRIBE, [phone.endpoint, phone.public, phone.auth])
        page.get_by_role("button", name="Settings").click()
        page.get_by_label(LABEL).check()
        expect(page.get_by_label("Also when a conversation begins to wait")).to_be_visible()
        asked = page.evaluate("() => asked")
        assert asked["userVisibleOnly"] is True
        assert len(asked["applicationServerKey"]) == 87
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        page.evaluate(HIDE)
        page.evaluate("() => { location.hash = ''; }")

        bot.send_message(name, SECRET)
        body = service.bodies.get(timeout=20)

    message = json.loads(phone.decrypt(body))
    assert SECRET not in str(message)
    (worker,) = page.context.service_workers
    assert worker.url.endswith("/console/service_worker.js")
    worker.evaluate(CENTRE)
    deliver(page, message)
    shown = shown_by(page, worker)
    assert shown["title"] == "New message from a customer"
    assert (shown["tag"], shown["renotify"]) == (conversation, True)
    deliver(page, {**message, "title": "Again"})
    again = shown_by(page, worker, "Again")
    assert (again["silent"], again["renotify"]) == (True, False)

    worker.evaluate(CLICK)

    page.wait_for_function("(hash) => location.hash === hash", arg=f"#demo/{conversation}")
    expect(page.locator(".thread h1")).to_have_text(name)
    assert worker.evaluate("() => self.shown") == []


def shown_by(page: Page, worker: Worker, title: str = "") -> dict[str, Any]:
    for _ in range(100):
        found: list[dict[str, Any]] = json.loads(worker.evaluate("() => JSON.stringify(shown)"))
        if found and found[0]["title"].startswith(title):
            return found[0]
        page.wait_for_timeout(50)
    raise AssertionError("The service worker has shown nothing.")


def deliver(page: Page, message: dict[str, Any]) -> None:
    """As the browser does when its push service has brought a message."""
    tools, known = page.context.new_cdp_session(page), list[dict[str, Any]]()
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(event["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(20)
    origin, registration = "/".join(page.url.split("/")[:3]), known[0]["registrationId"]
    sent = {"origin": origin, "registrationId": registration, "data": json.dumps(message)}
    tools.send("ServiceWorker.deliverPushMessage", sent)


def test_a_browser_that_blocks_notifications_says_how_to_allow_them(
    open_console: OpenConsole,
) -> None:
    page = open_console("ana")
    page.evaluate(
        "() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
    )
    page.get_by_role("button", name="Settings").click()

    expect(page.get_by_label(LABEL)).to_be_disabled()
    expect(page.get_by_role("dialog")).to_contain_text("Notifications of this page are blocked")
