"""`baton doctor`: looks at a deployment as its bot and its people see it, and says what to do."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import click
import httpx

from baton_client.cli import tables
from baton_client.cli.errors import CommandFailed
from baton_client.cli.logins import stored_login
from baton_client.cli.options import json_option
from baton_client.cli.person import PersonClient, bot_path
from baton_client.client import Baton
from baton_client.errors import BatonError, Forbidden, InvalidRequest, NotFound
from baton_client.listening.protocol import PROTOCOL, SocketClosed
from baton_client.listening.sockets import BlockingSocket
from baton_client.signatures import TOLERANCE
from baton_client.version import __version__

UNSURE = 30
"""Seconds that two clocks may differ before it is worth a word."""
RECENT = timedelta(days=1)
PROBES: Mapping[str, tuple[str, str]] = {
    "read": ("GET", "/conversations?limit=1"),
    "messages": ("POST", "/messages"),
    "handoffs": ("POST", "/pause"),
}
"""A call for each scope. It changes nothing: a POST without its fields is refused as incomplete."""


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` says what to do, if there is something to do."""

    check: str
    state: State
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployment to examine. Without a person or a key, their checks are skipped."""

    origin: str
    http: httpx.Client
    person: PersonClient | None
    bot: str | None
    key: Baton | None


class CheckFailed(Exception):
    """A check has failed. `mend` says what to do."""

    def __init__(self, found: str, mend: str, state: State = State.FAILED) -> None:
        super().__init__(found)
        self.mend, self.state = mend, state


class CheckSkipped(Exception):
    """A check cannot be made; the text says why."""


def findings(deployment: Deployment) -> Iterator[Finding]:
    """Each comes as soon as it is known. If nothing answers, the first is the only one."""
    for name, check in CHECKS.items():
        finding = examined(name, check, deployment)
        yield finding
        if check is _reachable and finding.state is State.FAILED:
            return


def examined(name: str, check: Callable[[Deployment], str], deployment: Deployment) -> Finding:
    try:
        return Finding(name, State.OK, check(deployment))
    except CheckFailed as failed:
        return Finding(name, failed.state, str(failed), failed.mend)
    except CheckSkipped as why:
        return Finding(name, State.SKIPPED, str(why))
    except Forbidden as error:
        return Finding(name, State.SKIPPED, error.detail)
    except (BatonError, CommandFailed, httpx.HTTPError) as error:
        told = error.detail if isinstance(error, BatonError) else str(error)
        return Finding(name, State.FAILED, told, "Mend what this sentence names.")


def _reachable(of: Deployment) -> str:
    begun = time.monotonic()
    try:
        answer = of.http.get(f"{of.origin}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CheckFailed(
            f"{of.origin} does not answer: {error}",
            "Compare the address with the output Url of the stack (for `make run`: "
            "http://127.0.0.1:8000), and look for a proxy or a firewall in between.",
        ) from error
    took = round((time.monotonic() - begun) * 1000)
    if answer.status_code != 200 or _json(answer).get("status") != "ok":
        raise CheckFailed(
            f"{of.origin}/healthz answers with the status {answer.status_code}, and not as Baton.",
            "Compare the address with the stack's. It ends before /api. If it is right, look at "
            "the log of the API function.",
        )
    return f"{of.origin} answers in {took} ms."


def _ready(of: Deployment) -> str:
    answer = of.http.get(f"{of.origin}/readyz")
    if answer.status_code != 200:
        raise CheckFailed(
            f"The app answers, but its table does not (status {answer.status_code}).",
            "Look at the table's status in DynamoDB and at the function's log: the table may be "
            "missing, throttled, or forbidden to the function.",
        )
    return "The table answers."


def _version(of: Deployment) -> str:
    answer = of.http.get(f"{of.origin}/openapi.json", follow_redirects=True)
    served = _json(answer).get("info", {}).get("version")
    if not served:
        raise CheckFailed("The deployment does not tell its version.", "Deploy it again.")
    if _series(served) != _series(__version__):
        raise CheckFailed(
            f"The deployment is {served}, this command is {__version__}.",
            "Install the client of the same version.",
            State.WARNING,
        )
    return f"The deployment is {served}, and so is this command's series."


def _clock(of: Deployment) -> str:
    before = datetime.now(UTC)
    answer = of.http.get(f"{of.origin}/healthz")
    middle = before + (datetime.now(UTC) - before) / 2
    try:
        there = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        raise CheckSkipped("The answer has no date.") from None
    # The header has whole seconds, so its time is half a second later on average.
    apart = abs((there + timedelta(milliseconds=500) - middle).total_seconds())
    if apart > UNSURE:
        raise CheckFailed(
            f"This machine's clock differs by {apart:.0f} s.",
            f"Set it by NTP. Webhooks whose time differs by more than {TOLERANCE} s are refused.",
            State.FAILED if apart > TOLERANCE else State.WARNING,
        )
    return (
        "This machine's clock differs by less than two seconds."
        if apart < 2
        else (f"This machine's clock differs by {apart:.0f} s.")
    )


def _login(of: Deployment) -> str:
    me = _person(of).call("GET", "/auth/me")
    if of.bot is None or me["role"] == "owner" or of.bot in me["bots"]:
        return f"You are logged in as {me['email']}" + (", an owner." if me["role"] else ".")
    raise CheckFailed(
        f"{me['email']} does not serve the bot {of.bot}.",
        "Look at its id with `baton bots`, or ask an admin of the bot to invite you.",
    )


def _key(of: Deployment) -> str:
    key, missing = _bots_key(of), list[str]()
    for scope, (method, path) in PROBES.items():
        try:
            key.call(method, path, {} if method == "POST" else None)
        except Forbidden:
            missing.append(scope)
        except InvalidRequest:
            pass
    if missing:
        raise CheckFailed(
            f"The key lacks {' and '.join(missing)}.",
            "A bot needs messages to record, handoffs to ask for people, and read to listen: "
            "create a key with what it lacks, unless you left it out on purpose.",
            State.WARNING,
        )
    return f"The key is valid and may do {', '.join(PROBES)}."


def _socket(of: Deployment) -> str:
    ticket = (
        of.key.call("POST", "/socket/ticket", {})
        if of.key
        else _person(of).call("POST", "/socket/ticket", {})
    )
    socket = BlockingSocket(lambda: False)
    try:
        socket.open(ticket["url"], (PROTOCOL, ticket["ticket"]))
        socket.send(json.dumps({"id": "doctor", "action": "ping"}))
        received = socket.receive(10.0)
    except SocketClosed as error:
        raise CheckFailed(
            f"The WebSocket at {ticket['url']} cannot be used: {error}",
            "Look for a proxy that does not let WebSockets pass, and at the log of the function "
            "that serves the socket.",
        ) from error
    finally:
        socket.close()
    if received is None or not json.loads(received).get("ok"):
        raise CheckFailed(
            f"The WebSocket at {ticket['url']} opens, but it does not answer.",
            "Look at the log of the function that serves the socket.",
        )
    return "A WebSocket connects and answers."


def _webhook(of: Deployment) -> str:
    person, path = _admin(of)
    try:
        found = person.call("GET", f"{path}/webhook")
    except NotFound:
        raise CheckSkipped("The bot has no webhook. One that listens needs none.") from None
    if found["switched_off"]:
        raise CheckFailed(
            f"The webhook is switched off: {found['switched_off']}",
            "Mend the bot's server, then set the webhook again: what waits is delivered then.",
        )
    tried = person.call("POST", f"{path}/webhook/test", {})
    if not tried["succeeded"]:
        why = tried["error"] or f"it answers with the status {tried['http_status']}"
        raise CheckFailed(
            f"{found['url']} has not accepted a test event: {why}",
            "Answer 2xx within 10 seconds, also to types that the bot does not know. "
            "`baton check` finds what is wrong.",
        )
    return f"{found['url']} has accepted a test event in {tried['duration_ms']} ms."


def _deliveries(of: Deployment) -> str:
    person, path = _admin(of)
    dead = person.call("GET", f"{path}/deliveries?status=dead&limit=100")["items"]
    begin = datetime.now(UTC) - RECENT
    recent = [each for each in dead if datetime.fromisoformat(each["at"]) > begin]
    if recent:
        last = recent[0]["error"] or f"status {recent[0]['http_status']}"
        raise CheckFailed(
            f"{len(recent)} events were given up in the last day, the last one because: {last}",
            f"Mend the bot's server, then: baton deliveries replay --bot {of.bot} --failed",
            State.WARNING,
        )
    return "No event was given up in the last day."


def _queues(of: Deployment) -> str:
    person, path = _admin(of)
    queues = list(person.items(f"{path}/queues"))
    empty = [each["name"] for each in queues if not each["served"]]
    if empty:
        raise CheckFailed(
            f"Nobody serves {', '.join(empty)}.",
            "In the console, give the queue to an agent, or remove it. Who waits there waits for "
            "a supervisor.",
            State.WARNING,
        )
    return f"Somebody serves each of {len(queues)} queues." if queues else "There are no queues."


def _agents(of: Deployment) -> str:
    person, path = _admin(of)
    agents = list(person.items(f"{path}/agents"))
    if not agents:
        raise CheckFailed("The bot has no agents.", "Invite people in the console.", State.WARNING)
    online = sum(each["status"] == "online" for each in agents)
    if not online:
        raise CheckFailed(
            f"None of {len(agents)} agents is online.",
            "Handoffs wait now. If this is unusual, let somebody open the console.",
            State.WARNING,
        )
    return f"{online} of {len(agents)} agents are online."


CHECKS: Mapping[str, Callable[[Deployment], str]] = {
    "address": _reachable,
    "table": _ready,
    "version": _version,
    "clock": _clock,
    "login": _login,
    "key": _key,
    "websocket": _socket,
    "webhook": _webhook,
    "deliveries": _deliveries,
    "queues": _queues,
    "agents": _agents,
}


@click.command()
@click.option("--bot", help="The bot's id.")
@click.option("--url", envvar="BATON_URL", help="The bot's address, or the installation's.")
@click.option("--key", envvar="BATON_KEY", help="The bot's key. Without it, it is not examined.")
@json_option
@click.pass_context
def doctor(
    context: click.Context, bot: str | None, url: str | None, key: str | None, as_json: bool
) -> None:
    """Examine a deployment and say what to do: address, table, version, clock, login, key,
    WebSocket, webhook, deliveries, queues and agents.

    It changes nothing. The bot's webhook receives an event of the type webhook.test. Exit code 1
    if a check fails; a warning is none.
    """
    origin, of_url = _place(url)
    person = None
    try:
        login = stored_login()
    except CommandFailed:
        login = None
    if login and (origin is None or login.origin == origin):
        person, origin = PersonClient(login.origin, context.obj, login), login.origin
    if origin is None:
        raise click.UsageError("Say where Baton is: --url https://baton.example.com, or log in.")
    named = bot or of_url
    if key and not named:
        raise click.UsageError("Say which bot the key belongs to: --bot shop")
    with httpx.Client(timeout=min(context.obj, 10.0)) as http:
        bots_key = Baton(f"{origin}/api/v1{bot_path(named)}", key) if key and named else None
        found = list[Finding]()
        for each in findings(Deployment(origin, http, person, named, bots_key)):
            found.append(each)
            if not as_json:
                click.echo(f"{MARKS[each.state]} {each.check}: {each.found}")
                if each.mend:
                    click.echo(f"    {each.mend}")
    if as_json:
        tables.show([asdict(each) for each in found], (), as_json=True)
    failed = [each.check for each in found if each.state is State.FAILED]
    if failed:
        raise CommandFailed(f"{len(failed)} of {len(found)} checks failed: {', '.join(failed)}.")


MARKS = {State.OK: "✓", State.WARNING: "!", State.FAILED: "✗", State.SKIPPED: "–"}


def _place(url: str | None) -> tuple[str | None, str | None]:
    """The installation, and the bot if the address is one of a bot."""
    if url is None:
        return None, None
    origin, _, bot = url.rstrip("/").partition("/api/v1/bots/")
    return origin, bot or None


def _person(of: Deployment) -> PersonClient:
    if of.person is None:
        raise CheckSkipped("Nobody has logged in here: baton login")
    return of.person


def _admin(of: Deployment) -> tuple[PersonClient, str]:
    if of.bot is None:
        raise CheckSkipped("Name a bot: --bot shop")
    return _person(of), bot_path(of.bot)


def _bots_key(of: Deployment) -> Baton:
    if of.key is None:
        raise CheckSkipped("There is no key: set BATON_KEY, or --key.")
    return of.key


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _series(version: str) -> Sequence[str]:
    """The versions of one series work together: 0.1, 0.2, 1, 2 …"""
    parts = version.split(".")
    return parts[:2] if parts[0] == "0" else parts[:1]
