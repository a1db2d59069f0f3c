"""The opening hours of a queue: the same every week, except on holidays."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from msgspec import Struct

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
END_OF_DAY = "24:00"

Interval = tuple[str, str]
"""Opening and closing time, such as `09:00` and `17:30`. The closing time is not included and may
be `24:00`. Hours that go on past midnight are two intervals, one on each day."""
FieldError = tuple[str, str]
"""The name of an invalid field, and the reason."""


class Hours(Struct, frozen=True):
    """`time_zone` is a name of the IANA database. `weekly` has the intervals by the names of days.
    On a day without intervals, and on `holidays` (dates in this time zone), the queue is closed."""

    time_zone: str
    weekly: Mapping[str, tuple[Interval, ...]]
    holidays: tuple[date, ...] = ()

    def is_open(self, now: int) -> bool:
        """`now` is in milliseconds since 1970 (UTC)."""
        from zoneinfo import ZoneInfo  # imported here: most calls do not need it

        local = datetime.fromtimestamp(now / 1000, ZoneInfo(self.time_zone))
        if local.date() in self.holidays:
            return False
        # Times have leading zeros, so that their alphabetical order is their order in time.
        time = local.strftime("%H:%M")
        today = self.weekly.get(DAYS[local.weekday()], ())
        return any(opens <= time < closes for opens, closes in today)


def field_errors(hours: Hours) -> Iterator[FieldError]:
    if not is_time_zone(hours.time_zone):
        yield "hours.time_zone", f"{hours.time_zone[:40]!r} is not a time zone of the IANA database"
    for day, intervals in hours.weekly.items():
        reason = _reason_of(day, intervals)
        if reason:
            yield f"hours.weekly.{day[:20]}", reason


def is_time_zone(name: str) -> bool:
    """Names such as `localtime` and `EST` are refused: they mean different zones on different
    machines."""
    from zoneinfo import available_timezones

    return ("/" in name or name == "UTC") and name in available_timezones()


def _reason_of(day: str, intervals: Sequence[Interval]) -> str | None:
    if day not in DAYS:
        return f"a day is one of {', '.join(DAYS)}"
    for opens, closes in intervals:
        if not (TIME.fullmatch(opens) and (TIME.fullmatch(closes) or closes == END_OF_DAY)):
            return "a time has the form 09:00; a day ends at 24:00"
        if closes <= opens:
            return f"{closes} is not after {opens}; put the hours after midnight on the next day"
    in_order = sorted(intervals)
    if any(later[0] < earlier[1] for earlier, later in pairwise(in_order)):
        return "the intervals of a day must not overlap"
    return None
