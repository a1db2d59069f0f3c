"""Opening hours, by the clock on the wall of their time zone."""

from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.routing.hours import Hours, Interval, field_errors, is_time_zone

NINE_TO_FIVE: tuple[Interval, ...] = (("09:00", "17:00"),)
ALL_DAY: tuple[Interval, ...] = (("00:00", "24:00"),)
EVERY_DAY = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def at(moment: str) -> int:
    """Milliseconds since 1970 at this moment in UTC."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def hours(zone: str = "UTC", *intervals: Interval, holidays: tuple[date, ...] = ()) -> Hours:
    return Hours(zone, dict.fromkeys(EVERY_DAY, intervals or NINE_TO_FIVE), holidays)


@pytest.mark.parametrize(
    ("time", "is_open"),
    [
        ("08:59:59.999", False),
        ("09:00:00.000", True),
        ("16:59:59.999", True),
        ("17:00:00.000", False),
    ],
)
def test_an_interval_includes_its_beginning_and_excludes_its_end(time: str, is_open: bool) -> None:
    assert hours().is_open(at(f"2026-07-01T{time}")) is is_open


def test_a_queue_is_closed_between_two_intervals() -> None:
    with_siesta = hours("UTC", ("09:00", "13:00"), ("16:00", "20:00"))

    open_at = [h for h in range(24) if with_siesta.is_open(at(f"2026-07-01T{h:02d}:30:00"))]

    assert open_at == [9, 10, 11, 12, 16, 17, 18, 19]


def test_a_day_without_intervals_is_closed() -> None:
    on_mondays = Hours("UTC", {"monday": ALL_DAY, "tuesday": ()})

    open_on = [d for d in range(6, 13) if on_mondays.is_open(at(f"2026-07-{d:02d}T12:00:00"))]

    assert open_on == [6]


def test_intervals_around_midnight_leave_no_gap() -> None:
    assert all(
        hours("UTC", *ALL_DAY).is_open(at(f"2026-07-{moment}"))
        for moment in ("01T23:59:59.999", "02T00:00:00.000")
    )


def test_a_holiday_is_a_day_in_the_queues_time_zone() -> None:
    christmas = hours("Asia/Tokyo", *ALL_DAY, holidays=(date(2026, 12, 25),))

    # In Tokyo it is the 25th from 15:00 UTC of the 24th on.
    assert christmas.is_open(at("2026-12-24T14:59:59"))
    assert not christmas.is_open(at("2026-12-24T15:00:00"))
    assert not christmas.is_open(at("2026-12-25T14:59:59"))
    assert christmas.is_open(at("2026-12-25T15:00:00"))


def test_the_day_of_the_week_is_that_of_the_queues_time_zone() -> None:
    mondays = Hours("Pacific/Auckland", {"monday": ALL_DAY})

    assert mondays.is_open(at("2026-07-05T12:00:00"))  # there it is Monday, 00:00
    assert not mondays.is_open(at("2026-07-06T12:00:00"))


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        pytest.param("2026-03-27", "08:00", "16:00", id="winter time, UTC+1"),
        pytest.param("2026-03-30", "07:00", "15:00", id="summer time, UTC+2"),
    ],
)
def test_hours_follow_daylight_saving_time(day: str, opens: str, closes: str) -> None:
    madrid = hours("Europe/Madrid")

    assert not madrid.is_open(at(f"{day}T{opens}:00") - 1)
    assert madrid.is_open(at(f"{day}T{opens}:00"))
    assert madrid.is_open(at(f"{day}T{closes}:00") - 1)
    assert not madrid.is_open(at(f"{day}T{closes}:00"))


def test_an_hour_that_daylight_saving_skips_is_never_open() -> None:
    at_night = hours("Europe/Madrid", ("02:00", "03:00"))

    night = [at("2026-03-29T00:00:00") + minute * 60_000 for minute in range(180)]

    assert not any(at_night.is_open(moment) for moment in night)


def test_an_hour_that_daylight_saving_repeats_is_open_twice() -> None:
    at_night = hours("Europe/Madrid", ("02:00", "03:00"))

    night = [at("2026-10-24T23:00:00") + minute * 60_000 for minute in range(240)]

    assert sum(at_night.is_open(moment) for moment in night) == 120


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Hours("Mars/Base", {}), "hours.time_zone"),
        (Hours("", {}), "hours.time_zone"),
        (Hours("UTC", {"Monday": NINE_TO_FIVE}), "hours.weekly.Monday"),
        (Hours("UTC", {"monday": (("9:00", "17:00"),)}), "hours.weekly.monday"),
        (Hours("UTC", {"monday": (("24:00", "24:00"),)}), "hours.weekly.monday"),
        (Hours("UTC", {"monday": (("09:00", "25:00"),)}), "hours.weekly.monday"),
        (Hours("UTC", {"monday": (("09:00", "09:00"),)}), "hours.weekly.monday"),
        (Hours("UTC", {"monday": (("22:00", "02:00"),)}), "hours.weekly.monday"),
        (
            Hours("UTC", {"sunday": (("12:00", "14:00"), ("09:00", "12:01"))}),
            "hours.weekly.sunday",
        ),
    ],
)
def test_invalid_hours_are_reported_by_field(wrong: Hours, field: str) -> None:
    assert [place for place, _ in field_errors(wrong)] == [field]


def test_intervals_that_touch_do_not_overlap() -> None:
    assert list(field_errors(hours("UTC", ("12:00", "24:00"), ("09:00", "12:00")))) == []


@pytest.mark.parametrize("name", ["UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires"])
def test_names_of_the_iana_database_are_time_zones(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize(
    "name", ["localtime", "EST", "Europe", "../etc/passwd", "/etc/localtime", "posix/UTC", "U/T\0C"]
)
def test_names_that_only_some_machines_know_are_no_time_zones(name: str) -> None:
    assert not is_time_zone(name)
