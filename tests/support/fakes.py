"""Fakes of the AWS services and of the webhook server, with the behaviour that matters here."""

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.adapters.webhook_http.target import target_of
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.ports.people import MailRefused
from chalicelib.usecases.ports.webhooks import Owner, Unreachable
from chalicelib.usecases.records.mail import Mail, MailRequest, PushAlert
from chalicelib.usecases.records.metrics import Metric
from chalicelib.usecases.records.webhooks import CHANNEL
from tests.support.clock import ManualClock
from tests.support.memory.table import Now

FRAME_BYTES = 128 * 1024


class FakeSockets:
    """API Gateway: a connection that is closed or was never opened is gone for good."""

    def __init__(self, connection_ids: Iterable[str] = ()) -> None:
        self.frames: dict[str, list[bytes]] = {}
        self._open = set(connection_ids)

    def connect(self, connection_id: str) -> None:
        self._open.add(connection_id)

    def disconnect(self, connection_id: str) -> None:
        self._open.discard(connection_id)

    def send(self, connection_id: str, frame: bytes) -> bool:
        if len(frame) > FRAME_BYTES:
            raise FrameTooLarge
        if connection_id not in self._open:
            return False
        self.frames.setdefault(connection_id, []).append(frame)
        return True

    def close(self, connection_id: str) -> bool:
        was_open = connection_id in self._open
        self.disconnect(connection_id)
        return was_open

    def is_open(self, connection_id: str) -> bool:
        return connection_id in self._open


class UnreachableSockets(FakeSockets):
    """Sockets of which one connection cannot be reached until `broken` is None."""

    def __init__(self, broken: str) -> None:
        super().__init__()
        self.broken: str | None = broken

    def send(self, connection_id: str, frame: bytes) -> bool:
        if connection_id == self.broken:
            raise TemporarilyUnavailable("The gateway did not answer.", retry_after=1)
        return super().send(connection_id, frame)

    def close(self, connection_id: str) -> bool:
        if connection_id == self.broken:
            raise TemporarilyUnavailable("The gateway did not answer.", retry_after=1)
        return super().close(connection_id)


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    message: Mapping[str, object]
    attributes: Mapping[str, str]


class FakeTopic:
    """SNS: an attribute without a value would be an error, so the port omits it."""

    def __init__(self) -> None:
        self.published: list[PublishedMessage] = []

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        kept = {name: value for name, value in attributes.items() if value}
        self.published.append(PublishedMessage(dict(message), kept))


@dataclass(slots=True)
class QueuedMessage:
    """`times_received` as SQS counts; `visible_at` in milliseconds since 1970 (UTC)."""

    bot: str
    conversation_id: str
    seq: int
    receipt: str
    visible_at: int = 0
    times_received: int = 0
    webhook: str = CHANNEL


class FakeWebhookQueue:
    """SQS FIFO: while the first message of a conversation and webhook is in flight or delayed, the
    others of the same two wait."""

    def __init__(self, clock: Now | None = None, visibility: int = 30_000) -> None:
        self.typing_signs: list[tuple[str, str, Author, int]] = []
        self.dead_letters: list[Mapping[str, object]] = []
        self._clock = clock or ManualClock()
        self._visibility = visibility
        self._groups: dict[tuple[str, str, str], deque[QueuedMessage]] = {}
        self._sent = 0

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        self._sent += 1
        receipt = f"receipt-{self._sent}"
        queued = QueuedMessage(bot, conversation_id, seq, receipt, webhook=webhook)
        self._groups.setdefault((bot, conversation_id, webhook), deque()).append(queued)

    def enqueue_backlog(
        self, bot: str, conversation_id: str, at: int, webhook: str = CHANNEL
    ) -> None:
        self.enqueue(bot, conversation_id, 0, webhook)

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        self.typing_signs.append((bot, conversation_id, author, at))

    def receive(self) -> QueuedMessage | None:
        """The next visible message; hides it for the visibility timeout."""
        now = self._clock.now()
        for group in self._groups.values():
            if group and group[0].visible_at <= now:
                group[0].visible_at = now + self._visibility
                group[0].times_received += 1
                return group[0]
        return None

    def done(self, receipt: str) -> None:
        for group in self._groups.values():
            if group and group[0].receipt == receipt:
                group.popleft()

    def delay(self, receipt: str, seconds: int) -> None:
        if not 0 <= seconds <= 43_200:
            raise ValueError(f"SQS hides a message for 0 to 43,200 seconds, not {seconds}.")
        for group in self._groups.values():
            if group and group[0].receipt == receipt:
                group[0].visible_at = self._clock.now() + seconds * 1000

    def dead_letter(self, message: Mapping[str, object]) -> None:
        self.dead_letters.append(dict(message))

    def waiting(self) -> list[QueuedMessage]:
        return [queued for group in self._groups.values() for queued in group]


@dataclass(frozen=True, slots=True)
class PostedWebhook:
    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeWebhookClient:
    """Answers with the statuses of `script` in order, then `otherwise`; None raises Unreachable."""

    def __init__(self, script: Iterable[int | None] = (), otherwise: int | None = 200) -> None:
        self.requests: list[PostedWebhook] = []
        self._script = deque(script)
        self._otherwise = otherwise

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.requests.append(PostedWebhook(url, dict(headers), body))
        status = self._script.popleft() if self._script else self._otherwise
        if status is None:
            raise Unreachable(url)
        return status

    def check_url(self, url: str) -> None:
        """Raises Unreachable for names under `.invalid` (RFC 2606)."""
        if target_of(url, allow_http=True).host.endswith(".invalid"):
            raise Unreachable("The name leads nowhere.")


class FakeSecretSealer:
    """Seals readably, and binds to the owner. `key` may be changed, or set to ""."""

    def __init__(self, key: str = "") -> None:
        self.key = key

    def seal(self, owner: Owner, secret: str) -> str:
        bound = " ".join(owner.context.values())
        return f"sealed|{self.key}|{bound}|{secret}" if self.key else secret

    def open(self, owner: Owner, stored: str) -> str:
        if not stored.startswith("sealed|"):
            return stored
        _, _, bound, secret = stored.split("|")
        if bound != " ".join(owner.context.values()):
            raise TemporarilyUnavailable("bound to another owner", retry_after=1)
        return secret


@dataclass(frozen=True, slots=True)
class RecordedMetrics:
    values: Mapping[Metric, float]
    bot: str | None


class FakeMetrics:
    """CloudWatch sums values up; this fake stores each one."""

    def __init__(self) -> None:
        self.recorded: list[RecordedMetrics] = []

    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        self.recorded.append(RecordedMetrics({m: float(value) for m, value in values.items()}, bot))

    def of(self, metric: Metric) -> list[float]:
        return [each.values[metric] for each in self.recorded if metric in each.values]


class PlainPasswords:
    """Stores passwords as plain text; counts comparisons, also those for unknown people."""

    def __init__(self) -> None:
        self.compared = 0

    def is_common(self, password: str) -> bool:
        return password in ("1234567890", "password123")

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def matches(self, password: str, hashed: str | None) -> bool:
        self.compared += 1
        return hashed == self.hash(password)


class FakeMailQueue:
    def __init__(self) -> None:
        self.requests: list[MailRequest] = []

    def enqueue(self, request: MailRequest) -> None:
        self.requests.append(request)


class FakePushQueue:
    """SQS, standard: `delayed` has the seconds for which each message in hand was hidden."""

    def __init__(self) -> None:
        self.alerts: list[PushAlert] = []
        self.delayed: list[tuple[str, int]] = []

    def enqueue(self, alert: PushAlert) -> None:
        self.alerts.append(alert)

    def delay(self, receipt: str, seconds: int) -> None:
        self.delayed.append((receipt, seconds))


class FakeMailer:
    """SES: it refuses all mails of a sender that is not verified."""

    def __init__(self, *, is_verified: bool = True) -> None:
        self.sent: list[Mail] = []
        self.is_down = False
        self._is_verified = is_verified

    def send(self, mail: Mail) -> None:
        if self.is_down:
            raise TemporarilyUnavailable("The mail service did not answer.", retry_after=1)
        if not self._is_verified:
            raise MailRefused("MessageRejected")
        self.sent.append(mail)


class SeededRandom:
    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def token(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def fraction(self) -> float:
        return self._random.random()
