"""Sends frames to open WebSockets, and closes them, with the management API of API Gateway."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.live import FrameTooLarge
from chalicelib.usecases.ports.system import Clock, Random

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

FRAME_BYTES = 128 * 1024
WAITS = (50, 100, 200)
"""Longest pauses in milliseconds before the second, third and fourth attempt."""
REFUSED = frozenset({400, 403, 410})
"""The statuses of a connection that takes no more frames: its id is malformed, it belongs to
another account or stage, or it is closed."""
TOO_LARGE = 413
TOO_MANY = 429


class ApiGatewaySockets:
    """This class retries, so the client must not."""

    def __init__(
        self,
        client_factory: Callable[[], "ApiGatewayManagementApiClient"],
        clock: Clock,
        random: Random,
    ) -> None:
        self._client_factory = client_factory
        self._clock = clock
        self._random = random

    def send(self, connection_id: str, frame: bytes) -> bool:
        if len(frame) > FRAME_BYTES:
            raise FrameTooLarge(f"A frame has at most {FRAME_BYTES:,} bytes, not {len(frame):,}.")
        return self._retried(
            lambda: self._client.post_to_connection(ConnectionId=connection_id, Data=frame)
        )

    def close(self, connection_id: str) -> bool:
        return self._retried(lambda: self._client.delete_connection(ConnectionId=connection_id))

    def _retried(self, call: Callable[[], object]) -> bool:
        for wait in WAITS:
            answer = self._answer(call)
            if answer is not None:
                return answer
            self._clock.sleep(self._random.fraction() * wait)
        answer = self._answer(call)
        if answer is None:
            raise _unavailable()
        return answer

    def _answer(self, call: Callable[[], object]) -> bool | None:
        """False if the connection is gone, None if a retry may help."""
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
            return None
        except ClientError as error:
            return _outcome(error)
        except BotoCoreError as error:
            raise _unavailable() from error

    @cached_property
    def _client(self) -> "ApiGatewayManagementApiClient":
        return self._client_factory()


def _outcome(error: "ClientError") -> bool | None:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status in REFUSED:
        return False
    if status == TOO_LARGE:
        raise FrameTooLarge("API Gateway refused the frame as too large.") from error
    if status == TOO_MANY or status >= 500:
        return None
    raise _unavailable() from error


def _unavailable() -> TemporarilyUnavailable:
    return TemporarilyUnavailable("API Gateway did not answer for this connection.", retry_after=1)
