"""`baton init`: from nothing to a bot with its first key."""

import json
from pathlib import Path

import click

from baton_client.cli.errors import CommandFailed
from baton_client.cli.logins import login_file, stored_login, write_private
from baton_client.cli.options import json_option
from baton_client.cli.person import PersonClient, bot_path
from baton_client.cli.setup.new_bot import address, create_key, ensure_bot, shell_lines
from baton_client.errors import SecondFactorRequired, Unauthenticated


@click.command()
@click.option("--url", help="Where Baton is, for example https://baton.example.com")
@click.option("--invitation", help="Your invitation, if you have no password yet.")
@click.option("--email")
@click.option("--password", help="Yours, or with --invitation the one that you choose.")
@click.option("--bot", help="The bot's id. It is created if there is none.")
@click.option("--name", help="The name of a new bot. Default: its id.")
@click.option("--webhook", help="The https address of your bot's server, if it has one.")
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    default="baton.env",
    show_default=True,
    help="Where the bot's address and key are written.",
)
@click.option("--force", is_flag=True, help="Replace the file.")
@json_option
@click.pass_context
def init(
    context: click.Context,
    url: str | None,
    invitation: str | None,
    email: str | None,
    password: str | None,
    bot: str | None,
    name: str | None,
    webhook: str | None,
    file: Path,
    force: bool,
    as_json: bool,
) -> None:
    """Log in, create a bot and its first key, and write them to a file for your bot.

    An operator has run `python -m infra.baton init` before, and you have the invitation that it
    printed, or a password. You can run it again for another bot.
    """
    if file.exists() and not force:
        raise CommandFailed(
            f"{file} is there already, and its key would be lost. Name another --file, or add "
            "--force."
        )
    origin = (url or click.prompt("Where is Baton (https://…)")).rstrip("/")
    person = _logged_in(context.obj, origin, invitation, email, password)
    wanted = bot or click.prompt("The bot's id", default="demo")
    is_new = ensure_bot(person, wanted, name)
    values = {
        "BATON_URL": address(origin, wanted),
        "BATON_KEY": create_key(person, wanted, "first", None)["key"],
    }
    if webhook:
        found = person.call("PUT", f"{bot_path(wanted)}/webhook", {"url": webhook})
        if found["secret"]:
            values["BATON_WEBHOOK_SECRET"] = found["secret"]
    write_private(file, "\n".join(shell_lines(values)) + "\n")
    if as_json:
        shown = {"bot": wanted, "created": is_new, "file": str(file), "url": values["BATON_URL"]}
        click.echo(json.dumps(shown))
        return
    click.echo(
        f"The bot {wanted} {'is created' if is_new else 'was there already'}. Its address and a "
        f"new key are in {file}: keep it out of version control.\n"
        f"Next: . ./{file}; baton doctor --bot {wanted}"
    )


def _logged_in(
    timeout: float, origin: str, invitation: str | None, email: str | None, password: str | None
) -> PersonClient:
    """Uses the stored login if it is one of this installation."""
    if login_file().exists() and not (invitation or email):
        login = stored_login()
        if login.origin == origin:
            return PersonClient(origin, timeout, login)
    client = PersonClient(origin, timeout)
    if invitation:
        chosen = password or click.prompt(
            "Choose a password", hide_input=True, confirmation_prompt=True
        )
        client.accept_invitation(invitation, chosen)
        return client
    who = email or click.prompt("Your e-mail")
    known = password or click.prompt("Your password", hide_input=True)
    log_in(client, who, known)
    return client


def log_in(client: PersonClient, email: str, password: str) -> None:
    """Asks for the code of the second factor if there is one."""
    try:
        client.log_in(email, password)
    except SecondFactorRequired as factor:
        code = click.prompt("Code of your second factor")
        client.log_in_with_code(email, factor.facts["challenge"], code)
    except Unauthenticated as wrong:
        raise Unauthenticated("E-mail or password is wrong.", status=wrong.status) from wrong
