"""Stops calls that would fail, so that trouble with API Gateway costs a batch seconds."""

from chalicelib.usecases.ports.system import Clock

REST_MS = 2 * 1000
"""How long a connection that has failed is not called."""
MANY = 3
"""If so many different connections fail without a success in between, none is called for a
while."""
MOST_REMEMBERED = 1000


class CircuitBreaker:
    """Several threads may use it: a lost update costs one call too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._resting: dict[str, int] = {}
        self._failed_in_a_row: set[str] = set()
        self._all_rest_until = 0

    def is_open(self, connection_id: str) -> bool:
        """True if this connection should not be called now."""
        now = self._clock.now()
        return now < self._all_rest_until or now < self._resting.get(connection_id, 0)

    def answered(self, connection_id: str) -> None:
        self._failed_in_a_row = set()
        self._resting.pop(connection_id, None)

    def failed(self, connection_id: str) -> None:
        until = self._clock.now() + REST_MS
        if len(self._resting) >= MOST_REMEMBERED:
            self._resting = {}
        self._resting[connection_id] = until
        self._failed_in_a_row.add(connection_id)
        if len(self._failed_in_a_row) >= MANY:
            self._failed_in_a_row = set()
            self._all_rest_until = until
