"""When a queue is open: by its own clock on the wall, week after week, but for the holidays."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from msgspec import Struct

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
END_OF_DAY = "24:00"

Interval = tuple[str, str]
"""From the first time to before the second, as `09:00`; the second may be `24:00`. Both belong to
one day: what goes on past midnight is two intervals."""
FieldError = tuple[str, str]
"""The name of an invalid field, and the reason."""


class Hours(Struct, frozen=True):
    """`time_zone` is a name of the IANA database; `weekly` has the intervals by the names of days,
    a day without any is closed; `holidays` are dates there."""

    time_zone: str
    weekly: Mapping[str, tuple[Interval, ...]]
    holidays: tuple[date, ...] = ()

    def is_open(self, now: int) -> bool:
        """`now` is in milliseconds since 1970 (UTC)."""
        from zoneinfo import ZoneInfo  # not at the top: most calls never ask

        local = datetime.fromtimestamp(now / 1000, ZoneInfo(self.time_zone))
        if local.date() in self.holidays:
            return False
        # Times are written with leading zeros: their order is that of their letters.
        time = local.strftime("%H:%M")
        today = self.weekly.get(DAYS[local.weekday()], ())
        return any(opens <= time < closes for opens, closes in today)


def field_errors(hours: Hours) -> Iterator[FieldError]:
    if not is_time_zone(hours.time_zone):
        yield "hours.time_zone", f"there is no time zone {hours.time_zone[:40]!r}"
    for day, intervals in hours.weekly.items():
        wrong = _wrong_with(day, intervals)
        if wrong:
            yield f"hours.weekly.{day[:20]}", wrong


def is_time_zone(name: str) -> bool:
    """What some machines call `localtime` or `EST` is another zone elsewhere."""
    from zoneinfo import available_timezones

    return ("/" in name or name == "UTC") and name in available_timezones()


def _wrong_with(day: str, intervals: Sequence[Interval]) -> str | None:
    if day not in DAYS:
        return f"the days are {', '.join(DAYS)}"
    for opens, closes in intervals:
        if not (TIME.fullmatch(opens) and (TIME.fullmatch(closes) or closes == END_OF_DAY)):
            return "times are written as 09:00, and the end of a day as 24:00"
        if closes <= opens:
            return f"{closes} is not after {opens}; past midnight it is the next day's interval"
    in_order = sorted(intervals)
    if any(later[0] < earlier[1] for earlier, later in pairwise(in_order)):
        return "intervals of one day may not overlap"
    return None
