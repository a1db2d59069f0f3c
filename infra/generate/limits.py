"""`python -m infra.generate.limits`: writes the table of limits into docs/limits.md."""

from pathlib import Path

from chalicelib.domain.limits import LIMITS, Limit, Rate

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
BEGIN, END = "<!-- begin of the generated table -->", "<!-- end of the generated table -->"


def page() -> str:
    """The page with the table of the code."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def table() -> str:
    rows = [
        f"| `{name}` | {limit.calls} | {limit.per} | {_rate(limit.rate)} | {limit.rate.burst:,} |"
        f" {_free(limit)} | {limit.chunk} |"
        for name, limit in LIMITS.items()
    ]
    columns = ("name", "what is counted", "per", "calls", "at once", "each container grants")
    head = f"| {' | '.join(columns)} | from the table |"
    return "\n".join([head, "|---" * (len(columns) + 1) + "|", *rows])


def _rate(rate: Rate) -> str:
    unit = {1: "second", 60: "minute", 3600: "hour"}[rate.seconds]
    return f"{rate.amount:,} a {unit}" if unit != "hour" else f"{rate.amount:,} an hour"


def _free(limit: Limit) -> str:
    return f"{_rate(limit.free)}, {limit.free.burst} at once" if limit.free else "nothing"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
