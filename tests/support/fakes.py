"""The outside world in memory: small, but with the behaviour that the real one has."""

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.adapters.webhook_http.target import target_of
from chalicelib.domain.conversation.authors import Author
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.metrics import Metric
from tests.support.clock import ManualClock
from tests.support.memory.table import Now

FRAME_BYTES = 128 * 1024


class FakeSockets:
    """API Gateway: a connection that was never opened, or is closed, is gone for good."""

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


@dataclass(frozen=True, slots=True)
class Published:
    message: Mapping[str, object]
    attributes: Mapping[str, str]


class FakeTopic:
    """SNS: an attribute without a value is an error there; the port leaves those out."""

    def __init__(self) -> None:
        self.published: list[Published] = []

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        kept = {name: value for name, value in attributes.items() if value}
        self.published.append(Published(dict(message), kept))


@dataclass(slots=True)
class QueuedMessage:
    """`times_received` as SQS counts; `visible_at` in milliseconds since 1970 (UTC)."""

    bot: str
    conversation_id: str
    seq: int
    receipt: str
    visible_at: int = 0
    times_received: int = 0


class FakeWebhookQueue:
    """SQS FIFO: while a conversation's first message is in hand or put off, the rest waits."""

    def __init__(self, clock: Now | None = None, visibility: int = 30_000) -> None:
        self.signs: list[tuple[str, str, Author, int]] = []
        self.buried: list[Mapping[str, object]] = []
        self._clock = clock or ManualClock()
        self._visibility = visibility
        self._groups: dict[tuple[str, str], deque[QueuedMessage]] = {}
        self._sent = 0

    def enqueue(self, bot: str, conversation_id: str, seq: int) -> None:
        self._sent += 1
        queued = QueuedMessage(bot, conversation_id, seq, receipt=f"receipt-{self._sent}")
        self._groups.setdefault((bot, conversation_id), deque()).append(queued)

    def enqueue_backlog(self, bot: str, conversation_id: str, at: int) -> None:
        self.enqueue(bot, conversation_id, 0)

    def enqueue_typing(self, bot: str, conversation_id: str, author: Author, at: int) -> None:
        self.signs.append((bot, conversation_id, author, at))

    def receive(self) -> QueuedMessage | None:
        """The next message that may be had, hidden from others for the visibility time."""
        now = self._clock.now()
        for webhook_queue in self._groups.values():
            if webhook_queue and webhook_queue[0].visible_at <= now:
                webhook_queue[0].visible_at = now + self._visibility
                webhook_queue[0].times_received += 1
                return webhook_queue[0]
        return None

    def done(self, receipt: str) -> None:
        for webhook_queue in self._groups.values():
            if webhook_queue and webhook_queue[0].receipt == receipt:
                webhook_queue.popleft()

    def delay(self, receipt: str, seconds: int) -> None:
        if not 0 <= seconds <= 43_200:
            raise ValueError(f"SQS hides a message for 0 to 43,200 seconds, not {seconds}.")
        for webhook_queue in self._groups.values():
            if webhook_queue and webhook_queue[0].receipt == receipt:
                webhook_queue[0].visible_at = self._clock.now() + seconds * 1000

    def dead_letter(self, message: Mapping[str, object]) -> None:
        self.buried.append(dict(message))

    def waiting(self) -> list[QueuedMessage]:
        return [queued for webhook_queue in self._groups.values() for queued in webhook_queue]


@dataclass(frozen=True, slots=True)
class Posted:
    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeReceiver:
    """Answers with the statuses of its script, one after the other, then with `otherwise`.
    None in the script, or as `otherwise`, is a server that cannot be reached."""

    def __init__(self, script: Iterable[int | None] = (), otherwise: int | None = 200) -> None:
        self.requests: list[Posted] = []
        self._script = deque(script)
        self._otherwise = otherwise

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.requests.append(Posted(url, dict(headers), body))
        status = self._script.popleft() if self._script else self._otherwise
        if status is None:
            raise Unreachable(url)
        return status

    def check_url(self, url: str) -> None:
        """Of all names, those under `.invalid` lead nowhere (RFC 2606)."""
        if target_of(url, allow_http=True).host.endswith(".invalid"):
            raise Unreachable("The name leads nowhere.")


@dataclass(frozen=True, slots=True)
class Recorded:
    values: Mapping[Metric, float]
    bot: str | None


class FakeMetrics:
    """CloudWatch adds values up as they come; here they are kept one by one."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []

    def record(self, values: Mapping[Metric, float], bot: str | None = None) -> None:
        self.recorded.append(Recorded({m: float(value) for m, value in values.items()}, bot))

    def of(self, metric: Metric) -> list[float]:
        return [each.values[metric] for each in self.recorded if metric in each.values]


class PlainPasswords:
    """For tests only: it hides nothing. Counts comparisons, also those with nobody."""

    def __init__(self) -> None:
        self.compared = 0

    def hash(self, password: str) -> str:
        return f"plain:{password}"

    def matches(self, password: str, hashed: str | None) -> bool:
        self.compared += 1
        return hashed == self.hash(password)


class SeededRandom:
    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def token(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def fraction(self) -> float:
        return self._random.random()
