"""The command `mcp`, which serves a model's host."""

import click

from baton_client.cli.errors import CommandFailed
from baton_client.cli.events import key_option, url_option


@click.command()
@url_option
@key_option
@click.option(
    "--http",
    "port",
    type=int,
    metavar="PORT",
    help="Serve streamable HTTP at http://127.0.0.1:PORT/mcp, to this machine only.",
)
def mcp(url: str, key: str, port: int | None) -> None:
    """Serve a bot's tools to a model's host by MCP, over standard input and output."""
    try:
        from baton_client.mcp import serve
    except ModuleNotFoundError:
        raise CommandFailed('Install the extra: pip install "baton-client[mcp]"') from None
    try:
        serve(url, key, port)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
