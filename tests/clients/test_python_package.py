"""The Python client as a package: its errors, its wheel, its README."""

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from baton_client import Baton, BatonError, BatonUnavailable, RetryPolicy, __version__
from baton_client.errors import BY_CODE
from baton_client.exchange import HttpReply, error_of
from infra.packaging.package import copy_app
from tests.clients.app_server import AppServer
from tests.support.stack import ROOT

CLIENT = ROOT / "clients/python"
CODES: list[str] = yaml.load((ROOT / "docs/openapi.yaml").read_text(), yaml.CSafeLoader)[
    "components"
]["schemas"]["ErrorCode"]["enum"]


@pytest.mark.parametrize("code", CODES)
def test_each_error_code_has_a_class(code: str) -> None:
    error = error_of(HttpReply(400, {}, b'{"code": "%s", "detail": "No."}' % code.encode()))

    assert type(error) is BY_CODE.get(code), f"Add a class with the code {code} to errors.py"


def test_an_unknown_code_is_an_error_all_the_same() -> None:
    error = error_of(HttpReply(418, {}, b'{"code": "teapot", "detail": "No."}'))

    assert (type(error), str(error)) == (BatonError, "No.")


def test_unavailable_tells_the_bot_what_to_do() -> None:
    nobody = Baton("http://127.0.0.1:1/api/v1/bots/shop", "bk_1", retries=RetryPolicy(attempts=1))

    with nobody, pytest.raises(BatonUnavailable, match="stay silent or apologise"):
        nobody.heard("web", "u-1", text="Hi")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://baton.example.test", "bk_1"),
        ("baton.example.test/api/v1/bots/shop", "bk_1"),
        ("https://baton.example.test/api/v1/bots/shop", ""),
        ("https://baton.example.test/api/v1/bots/shop", "bk_1\n"),
    ],
)
def test_a_wrong_address_or_key_is_refused_at_once(url: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"bots/|bk_"):
        Baton(url, key)


def test_the_wheel_holds_the_typed_package_and_nothing_of_the_server(tmp_path: Path) -> None:
    build = ["wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(CLIENT)]
    subprocess.run([sys.executable, "-m", "pip", *build], check=True, timeout=60)
    (wheel,) = tmp_path.glob("*.whl")
    names = ZipFile(wheel).namelist()
    metadata = ZipFile(wheel).read(f"baton_client-{__version__}.dist-info/METADATA").decode()

    assert wheel.name == f"baton_client-{__version__}-py3-none-any.whl"
    assert "baton_client/py.typed" in names
    assert {name.partition("/")[0] for name in names} == {
        *("baton_client", f"baton_client-{__version__}.dist-info")
    }
    assert re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE) == [
        "httpx<1,>=0.27",
        *("click<9,>=8.1; extra == 'cli'", "rich>=13; extra == 'cli'"),
        "websockets<18,>=14; extra == 'cli'",
        "langgraph<2,>=1.2; extra == 'langgraph'",
        "websockets<18,>=14; extra == 'listen'",
        "mcp<3,>=2.3; extra == 'mcp'",
        "openai-agents<1,>=0.24; extra == 'openai-agents'",
        "pydantic-ai-slim<3,>=2.66; extra == 'pydantic-ai'",
    ]


CONVERSATION = """
for text in ["hi", "a human, please", "hello?"]:
    on_message("pia", text, message_id=text)
"""


def test_the_bot_in_the_readme_answers_until_it_asks_for_a_person(server: AppServer) -> None:
    code, *_ = re.findall(
        r"^```python\n(.*?)^```$", (CLIENT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    before = "def send(user, text): print(text)\ndef my_bot(text): return f'You said: {text}'\n"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CLIENT / "src")}
    environment |= {"BATON_URL": server.url, "BATON_KEY": server.key}
    environment |= {"BATON_WEBHOOK_SECRET": "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="}

    bot = subprocess.run(
        [sys.executable, "-c", before + code + CONVERSATION],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (bot.stdout, bot.stderr) == ("You said: hi\nOne moment, I ask a colleague.\n", "")


def test_nothing_of_the_clients_reaches_the_lambda_package(tmp_path: Path) -> None:
    copy_app(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert files
    assert [path for path in files if b"baton_client" in path.read_bytes()] == []
    needed = (ROOT / "requirements.txt").read_text()
    assert [name for name in ("httpx", "mcp") if re.search(rf"^{name}\b", needed, re.M)] == []
