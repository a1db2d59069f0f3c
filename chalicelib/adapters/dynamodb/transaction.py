"""Transactions: several writes of which all or none take place."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import (
    BUSY_REASONS,
    CONDITION,
    LOST_RACE,
    translate_errors,
    unavailable,
)
from chalicelib.adapters.dynamodb.rows import Row, row_of
from chalicelib.adapters.dynamodb.table import Table


class FailedWrite(Struct, frozen=True):
    """Why one write of a cancelled transaction failed. `stored` is the row that a put with a
    condition has met."""

    row: Row
    code: str
    stored: Row | None

    @property
    def is_condition(self) -> bool:
        return self.code == CONDITION


class Cancelled(Exception):
    """Nothing was written, because of a concurrent write or a condition that does not hold."""

    def __init__(self, failures: Sequence[FailedWrite]) -> None:
        super().__init__([(failure.row.key, failure.code) for failure in failures])
        self.failures = failures


Step = tuple[Row, dict[str, Any]]


class Transaction:
    def __init__(self, table: Table) -> None:
        self._connection = table.connection
        self._checks: list[Step] = []
        self._deletes: list[Step] = []
        self._puts: list[Step] = []
        self._updates: list[Step] = []

    def check(self, row: Row, condition: Condition) -> None:
        asked = self._connection.get_operation_kwargs(row.pk, row.sk, condition=condition)
        self._checks.append((row, asked))

    def delete(self, row: Row, condition: Condition | None = None) -> None:
        asked = self._connection.get_operation_kwargs(row.pk, row.sk, condition=condition)
        self._deletes.append((row, asked))

    def put(self, row: Row, condition: Condition | None = None) -> None:
        """If the condition fails, `FailedWrite.stored` is the row that is stored."""
        asked = self._connection.get_operation_kwargs(
            row.pk,
            row.sk,
            key="Item",
            attributes=row.serialize(),
            condition=condition,
            return_values_on_condition_failure="ALL_OLD" if condition is not None else None,
        )
        self._puts.append((row, asked))

    def update(
        self, row: Row, actions: Sequence[Action], condition: Condition | None = None
    ) -> None:
        asked = self._connection.get_operation_kwargs(
            row.pk,
            row.sk,
            actions=[type(row).kind.set(type(row)), *actions],
            condition=condition,
        )
        self._updates.append((row, asked))

    def commit_or_wait(self) -> None:
        """As `commit`, for writes that no concurrent one makes obsolete: raises Cancelled only if a
        condition does not hold, and TemporarilyUnavailable if another write was in the way."""
        try:
            self.commit()
        except Cancelled as cancelled:
            if any(failure.is_condition for failure in cancelled.failures):
                raise
            raise unavailable() from cancelled

    def commit(self) -> None:
        """Raises Cancelled."""
        # PynamoDB sends the writes in this order, and DynamoDB reports its reasons in the same one.
        steps = [*self._checks, *self._deletes, *self._puts, *self._updates]
        if not steps:
            return
        try:
            with translate_errors():
                self._connection.connection.transact_write_items(
                    condition_check_items=[asked for _, asked in self._checks],
                    delete_items=[asked for _, asked in self._deletes],
                    put_items=[asked for _, asked in self._puts],
                    update_items=[asked for _, asked in self._updates],
                )
        except TransactWriteError as error:
            failures = _failures(steps, error.cancellation_reasons)
            lost = [each for each in failures if each.code in LOST_RACE]
            if not lost or any(each.code not in LOST_RACE | BUSY_REASONS for each in failures):
                raise
            raise Cancelled(lost) from error


def _failures(
    steps: Sequence[Step], reasons: Sequence[CancellationReason | None]
) -> list[FailedWrite]:
    return [
        FailedWrite(
            row,
            reason.code,
            row_of(reason.raw_item) if reason.raw_item else None,
        )
        for (row, _), reason in zip(steps, reasons, strict=False)
        if reason
    ]
