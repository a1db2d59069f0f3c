"""Lists, as a table for people or as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show(items: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """JSON has all fields, the table only these columns."""
    if as_json:
        click.echo(json.dumps(list(items), ensure_ascii=False, indent=2))
        return
    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column)
    for item in items:
        table.add_row(*(_cell(item.get(column)) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return escape(", ".join(map(str, value)))
    return escape(str(value))
