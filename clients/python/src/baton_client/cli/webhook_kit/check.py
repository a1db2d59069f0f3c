"""The checks of a webhook alone: signatures, repeats, order and unknown events.

They do not see what the bot shows to its users; bot_kit does.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import httpx

from baton_client.cli.events import DELIVERY, body_of, sign
from baton_client.cli.webhook_kit.examples import CHANGES, Place, example_event
from baton_client.signatures import TOLERANCE, WebhookEvent

USER = "baton-check"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`found` says what the webhook did, `mend` what to do if it did not pass."""

    check: str
    passed: bool
    found: str
    mend: str


class CheckedWebhook:
    """`conversation` is a new one in each run, so that nothing depends on an earlier run."""

    def __init__(self, http: httpx.Client, url: str, secret: str) -> None:
        self._http, self._url, self._secret = http, url, secret
        self.conversation = f"c_check_{uuid4().hex}"

    def event(self, type: str, seq: int) -> WebhookEvent:
        return example_event(type, Place(self.conversation, seq, user=USER))

    def send(
        self,
        event: WebhookEvent,
        *,
        change: Callable[[dict[str, str]], Mapping[str, str]] = lambda headers: headers,
        age: int = 0,
        suffix: bytes = b"",
    ) -> str:
        """The status as text, or why there is none. `change` changes the headers after signing,
        `suffix` the body; the signature is `age` seconds old."""
        body = body_of(event)
        headers = change(dict(sign(self._secret, event.id, body, time.time() - age)))
        try:
            answer = self._http.post(self._url, content=body + suffix, headers=headers)
        except httpx.TimeoutException:
            return f"no answer within {DELIVERY:g} s"
        except httpx.HTTPError as error:
            return f"no answer: {error}"
        return str(answer.status_code)


def checks(hook: CheckedWebhook) -> Iterator[CheckResult]:
    """Runs all checks; each comes as soon as it is done."""
    for number, type in enumerate(CHANGES, 1):
        yield _accepted(
            f"accepts {type}",
            [hook.send(hook.event(type, number))],
            "Answer 2xx to each signed event within 10 seconds, also if there is nothing to do.",
        )
    event = hook.event("agent.message", 20)
    yield _accepted(
        "accepts an event that comes again",
        [hook.send(event), hook.send(event)],
        "Answer 2xx to a webhook-id that you have handled, and show the message only once: "
        "Baton repeats an event whose answer was lost.",
    )
    early, late = hook.event("agent.message", 22), hook.event("agent.message", 21)
    yield _accepted(
        "accepts events out of order",
        [hook.send(early), hook.send(late)],
        "Do not refuse an event with a lower seq: a replay arrives after newer events.",
    )
    yield _accepted(
        "accepts an event of an unknown type",
        [hook.send(hook.event("conversation.invented", 23))],
        "Answer 2xx to types that you do not know: new ones may be added.",
    )
    yield _accepted(
        "accepts the second of two signatures",
        [hook.send(hook.event("agent.message", 24), change=_rotated)],
        "Accept a webhook if any of its signatures fits: there are several during a rotation.",
    )
    event = hook.event("agent.message", 25)
    yield _refused(
        "refuses an event without a signature",
        hook.send(event, change=lambda headers: headers | {"webhook-signature": ""}),
        "Verify the signature before you use the body; answer 401 otherwise.",
    )
    yield _refused(
        "refuses a body that was changed",
        hook.send(event, suffix=b" "),
        "Verify the signature over the bytes as they were received, before anything parses them.",
    )
    yield _refused(
        "refuses another event's signature",
        hook.send(event, change=lambda headers: headers | {"webhook-id": f"{event.id}0"}),
        "The signature is over `<webhook-id>.<webhook-timestamp>.<body>`, not over the body alone.",
    )
    yield _refused(
        "refuses an event that is signed long ago",
        hook.send(event, age=TOLERANCE * 2),
        "Refuse a webhook-timestamp that differs from your clock by more than five minutes.",
    )


def _accepted(name: str, answers: Sequence[str], mend: str) -> CheckResult:
    passed = all(answer.startswith("2") for answer in answers)
    return CheckResult(name, passed, ", ".join(answers), mend)


def _refused(name: str, answer: str, mend: str) -> CheckResult:
    """A redirect or a 5xx is no refusal: it says that something else went wrong."""
    return CheckResult(name, answer.startswith("4"), answer, mend)


def _rotated(headers: dict[str, str]) -> Mapping[str, str]:
    return headers | {"webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
