"""Several writes, all or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.errors import answered
from chalicelib.adapters.dynamodb.rows import Row
from chalicelib.adapters.dynamodb.table import Table

CONDITION, CONFLICT, DUPLICATE = "ConditionalCheckFailed", "TransactionConflict", "DuplicateItem"
OTHERS_WERE_FASTER = frozenset({CONDITION, CONFLICT, DUPLICATE})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one write could not be; `stored` is the row that stands in its place, where asked."""

    row: Row
    code: str
    stored: Row | None

    @property
    def is_condition(self) -> bool:
        return self.code == CONDITION


class Cancelled(Exception):
    """Nothing was written: others were faster, or a condition did not hold."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__([(failure.row.key, failure.code) for failure in failures])
        self.failures = failures


@dataclass(frozen=True, slots=True)
class _Step:
    row: Row
    add_to: Callable[[TransactWrite], None]


class Transaction:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._checks: list[_Step] = []
        self._puts: list[_Step] = []
        self._updates: list[_Step] = []

    def check(self, row: Row, condition: Condition) -> None:
        self._checks.append(
            _Step(row, lambda write: write.condition_check(type(row), row.pk, row.sk, condition))
        )

    def put(self, row: Row, condition: Condition | None = None) -> None:
        """The failure of its condition tells what is stored instead."""
        told: dict[str, Any] = {} if condition is None else {"return_values": "ALL_OLD"}
        self._puts.append(_Step(row, lambda write: write.save(row, condition, **told)))

    def update(
        self, row: Row, actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        actions = [type(row).kind.set(type(row)), *actions]
        self._updates.append(_Step(row, lambda write: write.update(row, actions, condition)))

    def commit(self) -> None:
        """Raises Cancelled."""
        # The order in which PynamoDB sends them, and DynamoDB gives its reasons.
        steps = [*self._checks, *self._puts, *self._updates]
        if not steps:
            return
        try:
            with answered(), TransactWrite(connection=self._table.connection.connection) as write:
                for step in steps:
                    step.add_to(write)
        except TransactWriteError as error:
            failures = _failures(steps, error.cancellation_reasons)
            if not failures or any(each.code not in OTHERS_WERE_FASTER for each in failures):
                raise
            raise Cancelled(failures) from error


def _failures(
    steps: Sequence[_Step], reasons: Sequence[CancellationReason | None]
) -> list[Failure]:
    return [
        Failure(
            step.row,
            reason.code,
            Row.from_raw_data(reason.raw_item) if reason.raw_item else None,
        )
        for step, reason in zip(steps, reasons, strict=False)
        if reason
    ]
