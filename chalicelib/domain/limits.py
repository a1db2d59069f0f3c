"""Rate limits: one table of them, and the arithmetic of a token bucket.

docs/limits.md is generated from `LIMITS` (`python -m infra.generate.limits`).
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.limit_names import LimitName

SECOND = 1_000_000
"""Times of buckets are in microseconds since 1970 (UTC), so that a fast rate has whole steps."""


class Per(StrEnum):
    """Whose calls share a bucket."""

    KEY = "key of a bot"
    PERSON = "person"
    BOT = "bot"
    USER = "end user of a bot"
    ADDRESS = "network address"


class Rate(Struct, frozen=True):
    """A bucket of `burst` tokens that gets `amount` new ones in `seconds`. A call takes one."""

    amount: int
    seconds: int
    burst: int

    @property
    def step(self) -> int:
        """Microseconds until a token that was taken is back."""
        return max(1, self.seconds * SECOND // self.amount)

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket becomes full."""
        return -(-self.burst * self.step // SECOND)


class Limit(Struct, frozen=True):
    """`free` is what each container grants without asking the table; None if it always asks.
    `chunk` is the number of tokens that it takes from the table at once. `counts_keys`: a limit
    per person holds for each key, too."""

    per: Per
    calls: str
    rate: Rate
    chunk: int = 1
    free: Rate | None = None
    counts_keys: bool = False


class Refusal(Struct, frozen=True):
    """`wait` is in microseconds."""

    wait: int


FEW, SOME, MANY = Rate(1, 60, 5), Rate(1, 1, 10), Rate(5, 1, 50)
"""The rates that one container grants by itself."""

LIMITS: Mapping[LimitName, Limit] = {
    LimitName.KEY: Limit(Per.KEY, "all calls", Rate(100, 1, 500), chunk=50, free=MANY),
    LimitName.PERSON: Limit(
        Per.PERSON, "all calls and frames", Rate(20, 1, 200), chunk=20, free=MANY
    ),
    LimitName.BOT: Limit(
        Per.BOT, "all calls of its keys and people", Rate(500, 1, 2500), chunk=250, free=MANY
    ),
    LimitName.USER: Limit(
        Per.USER, "messages, and handoffs by address", Rate(5, 1, 100), chunk=5, free=SOME
    ),
    LimitName.ADDRESS: Limit(
        Per.ADDRESS,
        "calls without a key or token, and calls that are not admitted: a wrong key, or no right",
        Rate(20, 1, 500),
        chunk=20,
        free=MANY,
    ),
    LimitName.TYPING: Limit(Per.PERSON, "frame `typing`", Rate(2, 1, 20), chunk=4, free=SOME),
    LimitName.TICKETS: Limit(
        Per.PERSON,
        "tickets for a socket, of people and of keys",
        Rate(30, 60, 30),
        free=FEW,
        counts_keys=True,
    ),
    LimitName.TRANSCRIPTS: Limit(
        Per.PERSON, "transcripts and pages of a log", Rate(10, 1, 200), chunk=10, free=SOME
    ),
    LimitName.SEARCHES: Limit(
        Per.PERSON, "searches and their pages", Rate(2, 1, 60), chunk=5, free=FEW
    ),
    LimitName.EXPORTS: Limit(Per.PERSON, "pages of an export", Rate(60, 60, 120)),
    LimitName.NOTIFICATIONS: Limit(Per.BOT, "notifications", Rate(60, 60, 120)),
    LimitName.INVITATIONS: Limit(Per.PERSON, "invitations", Rate(60, 3600, 60)),
    LimitName.PASSWORD_LINKS: Limit(
        Per.PERSON, "forgotten passwords of one e-mail address, known or not", Rate(5, 3600, 5)
    ),
    LimitName.PASSWORD_REQUESTS: Limit(Per.ADDRESS, "forgotten passwords", Rate(60, 3600, 30)),
    LimitName.KEYS: Limit(Per.BOT, "keys created or rotated", Rate(60, 3600, 30)),
    LimitName.UPLOADS: Limit(Per.BOT, "uploads", Rate(5, 1, 100), chunk=5, free=SOME),
    LimitName.WEBHOOK_TESTS: Limit(Per.BOT, "webhook tests and replays", Rate(60, 60, 120)),
}


def take(rate: Rate, busy_until: int, now: int, tokens: int = 1) -> int | Refusal:
    """`busy_until` is the only state of a bucket: when it will be full again (in the past: it is
    full). Returns the next `busy_until`, or a Refusal that says how long these tokens are missing.

    This is the generic cell rate algorithm (ITU-T I.371): a token bucket in one number, which a
    conditional update can change.
    """
    step, size = tokens * rate.step, rate.burst * rate.step
    after = spend(step, size, busy_until, now)
    return Refusal(max(busy_until, now) + step - now - size) if after is None else after


def spend(step: int, size: int, busy_until: int, now: int) -> int | None:
    """As `take`, for a call that takes `step` microseconds of a bucket of `size`; None if they are
    missing. It runs in each gate call, twice."""
    after = (busy_until if busy_until > now else now) + step
    return after if after - now <= size else None


def changed(limit: Limit, rate: Rate) -> Limit:
    """The limit with another rate. Its containers grant nothing by themselves if that were more
    than the rate allows."""
    free = limit.free
    is_more = free and (free.step < rate.step or free.burst > rate.burst)
    chunk = max(1, min(limit.chunk, rate.burst // 2))
    return replace(limit, rate=rate, chunk=chunk, free=None if is_more else free)


def with_changes(rates: Mapping[str, Rate | None]) -> Mapping[LimitName, Limit]:
    """All limits; those named here with another rate, or left out if it is None."""
    return {
        name: changed(limit, rate) if (rate := rates.get(name)) else limit
        for name, limit in LIMITS.items()
        if name not in rates or rates[name]
    }
