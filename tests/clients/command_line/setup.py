"""Running `baton` in this process."""

from typing import Any

from click.testing import CliRunner, Result

from tests.clients.app_server import AppServer


def run(*arguments: str, **more: Any) -> Result:
    from baton_client.cli.commands import baton

    return CliRunner().invoke(baton, ["--timeout", "5", *arguments], **more)


def log_in(server: AppServer, name: str) -> None:
    email = f"{name}@example.test"
    done = run("login", "--url", server.origin, "--email", email, "--password", f"{name}-demo")
    assert done.exit_code == 0, done.output
