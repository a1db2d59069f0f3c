"""The JavaScript client: the shared cases, its webhooks, its errors, its package, its README."""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

import baton_client
from baton_client.errors import BY_CODE
from baton_client.operations import reply_id
from tests.clients.app_server import AppServer
from tests.clients.test_python_cases import CASES
from tests.clients.test_python_package import CODES
from tests.clients.test_python_webhooks import BODY, NEW, OLD, signed
from tests.support.stack import ROOT

HERE = Path(__file__).parent
CLIENT = ROOT / "clients/javascript"
INDEX = (CLIENT / "src/index.js").as_uri()
NODE_18 = "--no-experimental-global-webcrypto"
"""Node 18 has WebCrypto, but not as a global."""
TIMEOUT = 60


def run(*command: str, cwd: Path = HERE, **environment: str) -> str:
    if not shutil.which(command[0]):
        assert "CI" not in os.environ, f"{command[0]} is missing."
        pytest.skip(f"{command[0]} is missing.")
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def evaluated(code: str) -> Any:
    """The JSON that an ES module prints."""
    return json.loads(run("node", "--input-type=module", "-e", code))


@pytest.fixture(scope="module")
def results(server: AppServer) -> Mapping[str, str | None]:
    cases = str(HERE / "cases.json")
    keys = (server.key, server.desk_key)
    printed = run("node", NODE_18, "run_cases.mjs", INDEX, server.url, *keys, cases)
    found: Mapping[str, str | None] = json.loads(printed)
    return found


@pytest.mark.parametrize("name", [case["name"] for case in CASES])
def test_the_javascript_client(results: Mapping[str, str | None], name: str) -> None:
    assert results[name] is None


def test_both_clients_have_the_same_errors_codes_and_reply_ids() -> None:
    """Add a class for each new code of docs/openapi.yaml to errors.js and errors.py."""
    code = f"""
        import * as client from {json.dumps(INDEX)};
        import {{ BY_CODE }} from {json.dumps((CLIENT / "src/errors.js").as_uri())};
        import {{ replyId }} from {json.dumps((CLIENT / "src/webcrypto.js").as_uri())};
        const errors = Object.fromEntries([...BY_CODE].map(([code, of]) => [code, of.name]));
        const exported = Object.keys(client);
        console.log(JSON.stringify({{ errors, exported, id: await replyId("c_1 m-ñ", 2) }}));
    """
    found = evaluated(code)

    assert found["errors"] == {code: error.__name__ for code, error in BY_CODE.items()}
    assert set(CODES) <= found["errors"].keys()
    assert set(found["errors"].values()) <= set(found["exported"])
    assert found["id"] == reply_id("c_1 m-ñ", 2)


Hook = Callable[..., Any]


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    """Calls a path of a bot's server that is written with the client."""
    secrets = json.dumps([OLD, NEW])
    command = ["node", NODE_18, str(HERE / "webhook_server.mjs"), INDEX, secrets]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = process.stdout.readline().strip()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            yield lambda method, path, **more: http.request(method, path, **more)
        process.terminate()


@pytest.mark.parametrize("handler", ["node", "fetch"])
def test_signed_events_reach_their_handler_once(hook: Hook, handler: str) -> None:
    def post(headers: Mapping[str, str], body: bytes = BODY) -> int:
        return int(hook("POST", f"/{handler}", headers=headers, content=body).status_code)

    def got() -> list[Any]:
        return [each for each in hook("GET", "/got").json() if each["id"].startswith(handler)]

    first = signed(id=f"{handler}-1")
    assert [post(first), post(first)] == [204, 204]
    assert post(signed(id=f"{handler}-2", secret=NEW)) == 204
    assert [event["id"] for event in got()] == [f"{handler}-1", f"{handler}-2"]
    assert got()[0] | {"id": ""} == {
        "id": "",
        "type": "agent.message",
        "text": "Hello",
        "user": "u-1",
    }

    forged = signed(id=f"{handler}-3")
    stranger = "whsec_" + base64.b64encode(bytes(32)).decode()
    refused = [
        {},
        forged | {"webhook-id": f"{handler}-4"},
        forged | {"webhook-signature": "v1,AAAA nonsense"},
        forged | {"webhook-timestamp": "soon"},
        signed(id=f"{handler}-3", secret=stranger),
        signed(id=f"{handler}-3", age=302),
        signed(id=f"{handler}-3", age=-302),
    ]
    assert [post(headers) for headers in refused] == [401] * len(refused)
    assert post(forged, BODY + b" ") == 401
    assert len(got()) == 2

    hook("GET", "/fail")
    assert [post(signed(id=f"{handler}-5")) for _ in range(2)] == [500, 204]
    assert hook("GET", f"/{handler}").status_code == 405
    assert post({}, b"x" * 1_000_001) == 413


LISTENER = """
import {{ Baton }} from {index};
const [url, key] = {arguments};
const baton = new Baton(url, key, undefined, {{ retries: {{ firstWait: 20 }} }});
const control = (asked) =>
  fetch(new URL("/control", url), {{ method: "POST", body: JSON.stringify(asked) }});
const {{ conversationId: id }} = await baton.heard("web", "javascript listens", {{ text: "Hi" }});
const as = (path, body, more) =>
  control({{ ana: ["POST", `/bots/demo/conversations/${{id}}/${{path}}`, body], ...more }});
const got = [], stop = new AbortController();
let failures = 1, isConnected;
const connected = new Promise((resolve) => (isConnected = resolve));
baton.on("handoff.claimed", isConnected);
baton.on(["agent.message", "conversation.returned"], (event) => {{
  if (event.conversationId !== id) return;
  if (failures-- > 0) throw new Error("planted");
  got.push(event.type === "agent.message" ? event.text : event.type);
  if (event.type === "conversation.returned") stop.abort();
}});
const listening = baton.listen({{ signal: stop.signal }});
while (!(await (await control({{ listeners: true }})).json())) {{
  await new Promise((resolve) => setTimeout(resolve, 20));
}}
await as("pause", {{ agent: "ana@example.test" }});
await connected;
await as("messages", {{ text: "Hello." }});
await as("messages", {{ text: "While you were away." }}, {{ cut: true }});
await as("unpause", {{}});
await listening;
console.log(JSON.stringify(got));
process.exit(0);
"""


def test_a_bot_listens_without_a_public_address(server: AppServer) -> None:
    code = LISTENER.format(index=json.dumps(INDEX), arguments=json.dumps([server.url, server.key]))

    printed = run("node", "--experimental-websocket", "--input-type=module", "-e", code)

    assert json.loads(printed) == ["Hello.", "While you were away.", "conversation.returned"]


@pytest.fixture(scope="module")
def compiled_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the built package is installed."""
    built = tmp_path_factory.mktemp("built") / "client"
    shutil.copytree(CLIENT, built, ignore=shutil.ignore_patterns("dist", "node_modules"))
    tools = tmp_path_factory.mktemp("tools")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests/console" / name, tools)
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=tools)
    path = f"{tools / 'node_modules/.bin'}:{os.environ['PATH']}"
    run("npm", "run", "build", cwd=built, PATH=path)
    project = tmp_path_factory.mktemp("project")
    installed = project / "node_modules/@baton/client"
    packed = json.loads(run("npm", "pack", "--json", "--ignore-scripts", cwd=built, PATH=path))
    for file in packed[0]["files"]:
        (installed / file["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built / file["path"], installed / file["path"])
    (project / "node_modules/typescript").symlink_to(tools / "node_modules/typescript")
    (project / "package.json").write_text("{}")
    return project


CONSUMER = """
import { Baton, BatonUnavailable, type Turn } from "@baton/client";
const baton = new Baton("http://baton.test/api/v1/bots/shop", "bk_1", "whsec_AAAA");
export async function reply(text: string): Promise<boolean> {
  const turn: Turn = await baton.heard("web", 7, { text, messageId: "m-1" });
  if (turn.status === "waiting") return turn.handOver("x", { ifUnavailable: "refuse", say: "y" });
  return turn.say({ type: "image", payload: { url: "u" } });
}
baton.on("agent.message", (event) => { const text: string | null = event.text; return text; });
export const caught = (error: unknown): number | undefined =>
  error instanceof BatonUnavailable ? error.retryAfter : undefined;
"""
FLAGS = ("--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022")


def test_the_package_works_as_an_es_module_and_as_commonjs_with_types(
    compiled_package: Path,
) -> None:
    version = json.loads((CLIENT / "package.json").read_text())["version"]
    use = "console.log(new Baton('http://b/api/v1/bots/x', 'k').node.name, VERSION)"

    imported = f"import {{ Baton, VERSION }} from '@baton/client'; {use}"
    assert (
        run("node", "--input-type=module", "-e", imported, cwd=compiled_package)
        == f"node {version}\n"
    )
    required = f"const {{ Baton, VERSION }} = require('@baton/client'); {use}"
    assert run("node", NODE_18, "-e", required, cwd=compiled_package) == f"node {version}\n"
    files = {"consumer.cts": CONSUMER, "consumer.mts": CONSUMER}
    files["wrong.mts"] = CONSUMER.replace('"refuse"', '"maybe"')
    for name, code in files.items():
        (compiled_package / name).write_text(code)
    with pytest.raises(AssertionError) as found:
        run("node", "node_modules/typescript/bin/tsc", *FLAGS, *files, cwd=compiled_package)
    errors = [line for line in str(found.value).splitlines() if "error TS" in line]
    assert [error.partition("(")[0] for error in errors] == ["wrong.mts"]


CONVERSATION = """
for (const text of ["hi", "a human, please", "hello?"]) await onMessage("pia", text, text);
process.exit(0);
"""


def test_the_bot_in_the_readme_answers_until_it_asks_for_a_person(server: AppServer) -> None:
    code, *_ = re.findall(
        r"^```js\n(.*?)^```$", (CLIENT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    code = code.replace('"@baton/client"', json.dumps(INDEX)).replace("listen(3000)", "listen(0)")
    before = "const send = (user, text) => console.log(text);\n"
    before += "const myBot = (text) => `You said: ${text}`;\n"
    printed = run(
        *("node", "--input-type=module", "-e", before + code + CONVERSATION),
        BATON_URL=server.url,
        BATON_KEY=server.key,
        BATON_WEBHOOK_SECRET=OLD,
    )

    assert printed == "You said: hi\nOne moment, I ask a colleague.\n"


def test_both_clients_have_the_same_version() -> None:
    """They are released together, because they make the same promises."""
    version = (CLIENT / "src/version.js").read_text()

    assert f'"{baton_client.__version__}"' in version
    assert json.loads((CLIENT / "package.json").read_text())["version"] in version
