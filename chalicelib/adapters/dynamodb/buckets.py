"""Token buckets that all containers share. A row holds one number; see `domain/limits.py`.

If the SDK repeats a write whose answer was lost, the tokens are taken twice, which does no harm.
"""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import BucketRow
from chalicelib.adapters.dynamodb.table import Rows, Table
from chalicelib.domain.limits import SECOND, Rate, Refusal
from chalicelib.domain.limits import take as taken
from chalicelib.usecases.ports.system import Clock


class DynamoBuckets:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._rows = Rows(table, clock)

    def take(self, bucket: str, rate: Rate, now: int, tokens: int) -> Refusal | None:
        """One call if the bucket is full, two if it is not, three if the tokens are refused."""
        key, step = keys.bucket(bucket), tokens * rate.step
        row = BucketRow.at(key)
        is_full = BucketRow.busy_until.does_not_exist() | (BucketRow.busy_until <= now)
        last = now + rate.burst * rate.step
        expires = BucketRow.expires.set(last // SECOND + 1)
        added = BucketRow.busy_until.set(BucketRow.busy_until + step)
        has_tokens = (BucketRow.busy_until > now) & (BucketRow.busy_until <= last - step)
        if self._rows.update(row, [BucketRow.busy_until.set(now + step), expires], is_full):
            return None
        if self._rows.update(row, [added, expires], has_tokens):
            return None
        found = self._rows.get(BucketRow, key)
        refused = taken(rate, found.busy_until if found else 0, now, tokens)
        # If it has just become full again, the caller need not wait long.
        return refused if isinstance(refused, Refusal) else Refusal(rate.step)
