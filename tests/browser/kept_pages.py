"""Pages that stay signed in from one test to the next: signing in takes half of a short test's
processor time."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, ViewportSize

REPORT_VIOLATIONS = """addEventListener('securitypolicyviolation', event =>
    console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI))"""
EXPECTED = ("WebSocket", "ERR_CONNECTION", "ERR_INTERNET", "status of 40")
"""Errors that the browser itself logs if a connection fails or the server refuses a call."""
DEFAULT_VIEWPORT = ViewportSize(width=1280, height=720)
KEEP_ONLY_THE_SESSION = """() => {
    localStorage.clear();
    Object.keys(sessionStorage).filter((key) => key !== 'baton.session')
        .forEach((key) => sessionStorage.removeItem(key));
}"""


class ConsolePage:
    """A page in its own browser context. `problems` are the errors in it and in its console."""

    def __init__(self, browser: Browser, timeout_ms: float, **options: Any) -> None:
        self.problems: list[str] = []
        self.context = browser.new_context(**{"locale": "en-GB", **options})
        self.context.set_default_timeout(timeout_ms)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._on_console)

    def show_as(
        self,
        viewport: ViewportSize = DEFAULT_VIEWPORT,
        color_scheme: Any = "light",
        reduced_motion: Any = "no-preference",
    ) -> None:
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)

    def leave(self, address: str) -> None:
        """Leaves the console for the address, which has the same origin. Takes back the routes,
        permissions and stored values of a test. Raises Error."""
        self.page.unroute_all(behavior="ignoreErrors")
        self.context.unroute_all(behavior="ignoreErrors")
        self.context.clear_permissions()
        self.context.set_offline(False)
        self.page.goto(address)
        self.page.evaluate(KEEP_ONLY_THE_SESSION)
        self.page.mouse.move(0, 0)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            self.problems.append(message.text)


Key = tuple[Any, ...]
"""The console, the account, and the options that a page cannot change."""


class KeptPages:
    """The pages that are free. A page that a test uses is not among them."""

    def __init__(self) -> None:
        self._free: dict[Key, list[ConsolePage]] = {}

    def take(self, key: Key, create: Callable[[], ConsolePage]) -> ConsolePage:
        free = self._free.get(key)
        return free.pop() if free else create()

    def give_back(self, key: Key, used: ConsolePage, address: str) -> None:
        """A page that a test has closed or that cannot be reset is not kept."""
        try:
            used.leave(address)
        except Error:
            used.context.close()
        else:
            self._free.setdefault(key, []).append(used)
