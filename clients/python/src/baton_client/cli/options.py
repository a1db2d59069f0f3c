"""Options that several commands share."""

import re
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON with all fields.")
bot_option = click.option("--bot", required=True, help="The bot's id.")


def past_time(text: str) -> datetime:
    """A time such as `30m`, `2h` or `7d` ago, or an ISO 8601 time. A mere number is in minutes.

    The result is aware and in UTC. Raises click.BadParameter.
    """
    ago = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    try:
        if ago:
            unit = UNITS[ago[2] or "m"]
            return datetime.now(UTC) - timedelta(**{unit: float(ago[1])})
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{text!r} is no time. Write 30m, 2h, 7d or 2026-01-31T12:00Z."
        ) from None


def progress() -> Progress:
    """Shown on a terminal only, on stderr, so that the output stays clean."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:g}"))
    return Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
