"""The package for Lambda is small, compiled, the same each time, and it works."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from chalicelib.domain.address import Address
from infra.local.aws.engine import Engine
from infra.local.aws.table import create_table
from infra.local.seed import seed
from infra.packaging.package import zipped
from infra.packaging.slim import OPERATIONS, SERVICES
from tests.budgets.cachegrind import ROOT
from tests.budgets.package import slimmed
from tests.budgets.rest_events import rest_event
from tests.support.api import DEMO_KEY
from tests.support.engines import REGION

MOST_BYTES = 12 * 10**6
TABLE = "packaged"
GATE = "/api/v1/bots/{bot}/conversations/{id}/gate"
MESSAGES = "/api/v1/bots/{bot}/messages"
UNCHECKED = 0b01
"""PEP 552: hash-based, and the source is not looked at."""
BOT = {"bot": "demo"}
PLACE = BOT | {"id": Address("demo", "web", "user", "t").conversation_id}

SETTINGS = {
    "BATON_STAGE": "local",
    "BATON_TABLE": TABLE,
    "BATON_TOPIC_ARN": "arn",
    "BATON_QUEUE_URL": "url",
    "BATON_DEAD_LETTER_URL": "url",
    "BATON_FILES_BUCKET": "files",
    "BATON_FILES_URL": "http://127.0.0.1",
    "BATON_SOCKET_URL": "ws://127.0.0.1",
    "BATON_SOCKET_ENDPOINT": "http://127.0.0.1",
    "BATON_ORIGINS": "http://127.0.0.1",
    "BATON_SECRET": "a-secret-for-tests-that-is-long-enough",
}
CALLS = """
import json, sys
tree, events = sys.argv[1], json.load(sys.stdin)
sys.path.append(tree)
import app
statuses = [app.app(event, None)["statusCode"] for event in events]
elsewhere = [m.__file__ for m in [*sys.modules.values()]
             if "site-packages" in (getattr(m, "__file__", None) or "")]
print(json.dumps([statuses, elsewhere]))
"""
CLIENTS = """
import sys
sys.path.append(sys.argv[1])
from botocore.session import get_session
made = [get_session().create_client(name, "eu-central-1") for name in sys.argv[2:]]
print(*[client.meta.endpoint_url for client in made])
"""

NAMES = """
import sys
sys.path.append(sys.argv[1])
from botocore.session import get_session
client = get_session().create_client("dynamodb", "eu-central-1")
print(*sorted(client.meta.method_to_api_mapping.values()), client.put_item.__doc__)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A seeded table behind it."""
    with Engine(tmp_path / "state", services=["dynamodb", "sts"]) as engine:
        environment = SETTINGS | engine.environment
        create_table(engine.client("dynamodb"), TABLE)
        with pytest.MonkeyPatch.context() as here:
            for name, value in environment.items():
                here.setenv(name, value)
            seed(_services(engine.url), "local", None)
        yield environment


def test_a_message_the_gate_and_a_login_work_with_nothing_but_the_package(
    slim: Path, environment: dict[str, str]
) -> None:
    credentials = json.dumps({"email": "ana@example.test", "password": "ana-demo"})
    login = rest_event("POST", "/api/v1/auth/login", {}, body=credentials)
    wrong = login | {"body": credentials.replace("ana-demo", "ben-demo")}
    said = {"channel": "web", "user": {"id": "user"}, "thread": "t", "from": "user", "text": "Hi"}
    message = rest_event("POST", MESSAGES, BOT, token=DEMO_KEY, body=json.dumps(said))
    gate = rest_event("GET", GATE, PLACE, token=DEMO_KEY)
    calls = [message, gate, login, wrong]

    statuses, elsewhere = json.loads(_run(CALLS, slim, environment, calls))

    assert (statuses, elsewhere) == ([201, 200, 200, 401], [])


def test_each_service_that_is_called_has_its_client_and_its_address(slim: Path) -> None:
    addresses = _run(CLIENTS, slim, {}, None, *SERVICES).split()

    assert addresses == [
        f"https://{prefix}.eu-central-1.amazonaws.com" for prefix in SERVICES.values()
    ]


def test_the_services_are_those_that_the_wiring_makes_clients_of() -> None:
    wiring = (Path(__file__).parents[2] / "chalicelib" / "wiring.py").read_text()
    asked = {part.split('"')[1] for part in wiring.split("self.client(")[1:]}

    assert asked | {"dynamodb"} == set(SERVICES)


def test_the_package_keeps_exactly_the_operations_that_the_adapters_call(whole: Path) -> None:
    called = {service: _called(whole, service) for service in SERVICES}

    assert called == OPERATIONS, "correct OPERATIONS in infra/packaging/slim.py"


def test_a_client_of_the_package_has_no_other_operation(slim: Path) -> None:
    assert _run(NAMES, slim, {}, None).split() == sorted(OPERATIONS["dynamodb"])


def test_the_trimmed_zip_stays_below_12_megabytes(slim: Path, tmp_path: Path) -> None:
    assert zipped(slim, tmp_path / "zip").stat().st_size < MOST_BYTES


def test_an_untrimmed_zip_exceeds_12_megabytes(whole: Path, tmp_path: Path) -> None:
    assert zipped(whole, tmp_path / "zip").stat().st_size > MOST_BYTES


def test_the_same_package_becomes_the_same_zip(whole: Path, slim: Path, tmp_path: Path) -> None:
    again = slimmed(whole, tmp_path / "elsewhere" / "again")

    assert zipped(again, tmp_path / "2").read_bytes() == zipped(slim, tmp_path / "1").read_bytes()


def test_each_module_is_compiled_and_its_bytecode_is_never_checked(slim: Path) -> None:
    tag = sys.implementation.cache_tag
    wanted = {f.parent / "__pycache__" / f"{f.stem}.{tag}.pyc" for f in slim.rglob("*.py")}

    assert {*slim.rglob("*.pyc")} == wanted
    assert {file.read_bytes()[4] for file in wanted} == {UNCHECKED}


def _called(whole: Path, service: str) -> frozenset[str]:
    """The operations of a service whose methods, `put_item` for `PutItem`, the adapters call."""
    adapters = ROOT / "chalicelib" / "adapters" / ("dynamodb" if service == "dynamodb" else "aws")
    source = "".join(file.read_text() for file in sorted(adapters.rglob("*.py")))
    (*_, newest) = sorted((whole / "botocore" / "data" / service).glob("*/service-2.json.gz"))
    operations = json.loads(gzip.decompress(newest.read_bytes()))["operations"]
    return frozenset(name for name in operations if f".{xform_name(name)}(" in source)


def _services(url: str) -> Any:
    from chalicelib.settings import Settings
    from chalicelib.wiring import AwsServices

    secrets = (SETTINGS["BATON_SECRET"],)
    place = ("local", REGION, TABLE, "arn", "url", "url", "url", "url")
    return AwsServices(Settings(*place, frozenset(), secrets, 1, url))


def _run(program: str, tree: Path, environment: dict[str, str], events: object, *more: str) -> str:
    """Isolated, and with `tree` alone to import from."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program, str(tree), *more],
        env=environment,
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()[-1]
