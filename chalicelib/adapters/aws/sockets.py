"""Sends frames to open WebSockets, and closes them, with the management API of API Gateway."""

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.circuit_breaker import CircuitBreaker
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.call_deadline import may_push
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.ports.system import Clock, Random

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

FRAME_BYTES = 128 * 1024
WAITS = (50, 100, 200)
THROTTLED_WAITS = (100, 400, 1600)
"""Longest pauses in milliseconds before the second, third and fourth attempt: after an error, and
after API Gateway has throttled the account."""
REFUSED = frozenset({400, 403, 410})
"""The statuses of a connection that takes no more frames: its id is malformed, it belongs to
another account or stage, or it is closed."""
TOO_LARGE = 413
TOO_MANY = 429


class Trouble(Enum):
    """Why an attempt failed, if another one may help."""

    NO_ANSWER, THROTTLED = range(2)


class ApiGatewaySockets:
    """This class retries, so the client must not. A connection that keeps failing is not called for
    two seconds, and none is if several fail."""

    def __init__(
        self,
        client_factory: Callable[[], "ApiGatewayManagementApiClient"],
        clock: Clock,
        random: Random,
    ) -> None:
        self._client_factory = client_factory
        self._clock = clock
        self._random = random
        self._breaker = CircuitBreaker(clock)

    def send(self, connection_id: str, frame: bytes) -> bool:
        if len(frame) > FRAME_BYTES:
            raise FrameTooLarge(f"A frame has at most {FRAME_BYTES:,} bytes, not {len(frame):,}.")
        return self._guarded(
            connection_id,
            lambda: self._client.post_to_connection(ConnectionId=connection_id, Data=frame),
        )

    def close(self, connection_id: str) -> bool:
        return self._guarded(
            connection_id, lambda: self._client.delete_connection(ConnectionId=connection_id)
        )

    def _guarded(self, connection_id: str, call: Callable[[], object]) -> bool:
        if self._breaker.is_open(connection_id) or not may_push():
            raise _unavailable()
        try:
            is_open = self._retried(call)
        except TemporarilyUnavailable:
            self._breaker.failed(connection_id)
            raise
        self._breaker.answered(connection_id)
        return is_open

    def _retried(self, call: Callable[[], object]) -> bool:
        for wait, longer in zip(WAITS, THROTTLED_WAITS, strict=True):
            answer = self._answer(call)
            if isinstance(answer, bool):
                return answer
            longest = longer if answer is Trouble.THROTTLED else wait
            pause = self._random.fraction() * longest
            if not may_push(pause):
                raise _unavailable()
            self._clock.sleep(pause)
        answer = self._answer(call)
        if isinstance(answer, bool):
            return answer
        raise _unavailable()

    def _answer(self, call: Callable[[], object]) -> bool | Trouble:
        """False if the connection is gone."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectionError,
            HTTPClientError,
        )

        try:
            call()
            return True
        except (ConnectionError, HTTPClientError):
            return Trouble.NO_ANSWER
        except ClientError as error:
            return _outcome(error)
        except BotoCoreError as error:
            raise _unavailable() from error

    @cached_property
    def _client(self) -> "ApiGatewayManagementApiClient":
        return self._client_factory()


def _outcome(error: "ClientError") -> bool | Trouble:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status in REFUSED:
        return False
    if status == TOO_LARGE:
        raise FrameTooLarge("API Gateway refused the frame as too large.") from error
    if status == TOO_MANY:
        return Trouble.THROTTLED
    if status >= 500:
        return Trouble.NO_ANSWER
    raise _unavailable() from error


def _unavailable() -> TemporarilyUnavailable:
    return TemporarilyUnavailable("API Gateway did not answer for this connection.", retry_after=1)
