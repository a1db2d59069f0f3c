"""Routes of figures: who is available, a waiting user's position, the report."""

from datetime import date, timedelta

from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.errors import invalid_field
from chalicelib.domain.report import (
    BUCKET_BOUNDS,
    HANDOFF_LENGTH,
    TIME_TO_CLAIM,
    TIME_TO_FIRST_ANSWER,
    DurationStats,
    RatingStats,
    Tally,
    local_time,
    requests_by_hour,
    requests_by_weekday,
)
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.usecases.reports import aws_prices, reports
from chalicelib.usecases.reports.cost_estimate import estimate_cost
from chalicelib.usecases.routing import availability
from chalicelib.usecases.views import Json

MOST_DAYS, USUAL_DAYS = 92, 30
FIRST_DAY = date(2000, 1, 1)


def get_availability(call: Call) -> Reply:
    found = availability.get_availability(
        call.services, call.caller, call.query.get("queue") or None
    )
    return Reply(
        {
            "online": found.online,
            "free": found.free,
            "open_now": found.open_now,
            "waiting": found.waiting,
            "median_wait_s": _rounded(found.median_wait),
            "served": found.served,
        }
    )


def get_queue_position(call: Call) -> Reply:
    place = availability.get_position(call.services, call.caller, call.id)
    wait = _rounded(place.estimated_wait)
    return Reply({"position": place.position, "estimated_wait_s": wait})


def get_report(call: Call) -> Reply:
    first, last = _days(call)
    found = reports.get_report(call.services, call.caller, first, last)
    names = {m.person: m.name for m in call.services.directory.members(call.caller.bot)}
    return Reply(
        {
            "from": first,
            "to": last,
            "time_zone": reports.time_zone_of(call.services, call.caller.bot),
            "bounds_s": BUCKET_BOUNDS,
            "totals": _tally(found.totals),
            "queues": [{"queue": of} | _tally(t) for of, t in found.queues.items()],
            "agents": [
                {"agent": of, "name": names.get(of or "")} | _tally(t)
                for of, t in found.agents.items()
            ],
            "channels": [{"channel": of} | _tally(t) for of, t in found.channels.items()],
            "hours": requests_by_hour(found.totals),
            "weekday_hours": requests_by_weekday(found.totals),
            "cost": _cost(call, found.totals, len(names)),
            "days": [{"day": of} | _tally(t) for of, t in sorted(found.days.items())],
        }
    )


def _cost(call: Call, of: Tally, agents: int) -> Json:
    bot = call.services.directory.bot(call.caller.bot)
    is_searched = bot is not None and bot.settings.search_messages
    parts = estimate_cost(of, agents, is_searched=is_searched)
    return {
        "currency": "USD",
        "estimate": round(sum(parts.values()), 6),
        "parts": {service: round(dollars, 6) for service, dollars in parts.items()},
        "prices_of": aws_prices.PRICES_OF,
        "region": aws_prices.REGION,
    }


def _days(call: Call) -> tuple[str, str]:
    """The first and the last day in the team's time zone: by default the last 30 days."""
    time_zone = reports.time_zone_of(call.services, call.caller.bot)
    today = local_time(call.services.clock.now(), time_zone).date()
    last = _day(call, "to") or today
    first = _day(call, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise invalid_field(
            "from", f"`from` is not after `to`, and both are within {MOST_DAYS} days."
        )
    return first.isoformat(), last.isoformat()


def _day(call: Call, name: str) -> date | None:
    text = call.query.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.isoformat() != text or found < FIRST_DAY:
        raise invalid_field(name, f"`{name}` is a day as 2026-01-31.")
    return found


def _tally(of: Tally) -> Json:
    return {
        "handoffs": of.get("handoffs", 0),
        "outcomes": {outcome: of.get(f"outcome_{outcome}", 0) for outcome in Outcome},
        "messages": of.get("messages", 0),
        "transfers": of.get("transfers", 0),
        "leaks": of.get("leaks", 0),
        "time_to_claim": _times(of, TIME_TO_CLAIM),
        "time_to_first_answer": _times(of, TIME_TO_FIRST_ANSWER),
        "length": _times(of, HANDOFF_LENGTH),
        "ratings": _ratings(of),
    }


def _ratings(of: Tally) -> Json:
    """`scores[i]` counts the ratings with the score i + 1."""
    ratings = RatingStats.of(of)
    return {
        "count": ratings.count,
        "average": None if ratings.mean is None else round(ratings.mean, 2),
        "good_share": None if ratings.good_share is None else round(ratings.good_share, 4),
        "scores": ratings.scores,
    }


def _times(of: Tally, name: str) -> Json:
    """`steps[i]` counts the times up to `bounds_s[i]`; its last number counts the longer ones."""
    times = DurationStats.of(of, name)
    return {
        "count": times.count,
        "mean_s": _rounded(times.mean),
        "median_s": _rounded(times.median),
        "steps": times.steps,
    }


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
