"""Single sign-on with a real provider, oidc-provider of npm, and the real adapter."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from chalicelib.adapters.security.oidc import OidcProvider
from chalicelib.domain.access import Role
from chalicelib.usecases.ports.accounts import SignOnFailed
from chalicelib.usecases.records.sign_on import Flow, SignOnRules
from tests.api.conversation_setup import ok
from tests.api.sign_in.test_single_sign_on import FAILED, NO_ACCOUNT, Browser
from tests.support.api import Api
from tests.support.services import MemoryServices

HERE = Path(__file__).parent
REDIRECT = "http://127.0.0.1:8000/api/v1/auth/oidc/callback"
SECRET = "a secret: 100% of it/encoded"
RULES = SignOnRules(
    "npm", frozenset({"example.test"}), True, "groups", {"desk": {"demo": Role.SUPERVISOR}}
)
Connect = Callable[..., OidcProvider]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running provider."""
    if not shutil.which("node"):
        assert "CI" not in os.environ, "node is missing."
        pytest.skip("node is missing.")
    folder = tmp_path_factory.mktemp("provider")
    for name in ("package.json", "package-lock.json", "provider.js"):
        shutil.copy(HERE / name, folder)
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=100)
    command = ["node", "provider.js", REDIRECT]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def connect(issuer: str) -> Connect:
    def provider(secret: str = SECRET, *, allow_loopback: bool = True) -> OidcProvider:
        return OidcProvider(issuer, "baton", secret, REDIRECT, allow_loopback=allow_loopback)

    return provider


@pytest.fixture
def browser_tab(connect: Connect) -> Browser:
    services = MemoryServices()
    services.sign_on_rules = RULES
    services.identity_provider = connect()  # type: ignore[assignment]
    return Browser(Api(services))


def authorized(url: str, email: str = "nora@example.test") -> dict[str, str]:
    """The query that the provider sends to our address when the person has filled in its forms."""
    with httpx.Client() as client:
        answer = client.get(url)
        for _ in range(20):
            if answer.is_redirect:
                place = answer.headers["location"]
                if place.startswith(REDIRECT):
                    return dict(httpx.URL(place).params)
                answer = client.get(httpx.URL(url).join(place))
            else:
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt, "login": email, "password": "any"}
                answer = client.post(answer.url, data=form)
        raise AssertionError(answer.text)


def test_a_new_person_signs_in_with_the_role_of_their_group(browser_tab: Browser) -> None:
    answer = authorized(browser_tab.start().headers["Location"])

    payload = ok(browser_tab.exchange(browser_tab.come_back(**answer)))["payload"]

    me = browser_tab.api.as_(payload["token"])
    assert ok(me.get("/auth/me"))["email"] == "nora@example.test"
    assert me.get("/bots/demo/report?from=2026-01-01&to=2026-01-02").status == 200
    assert browser_tab.come_back(**answer) == FAILED


@pytest.mark.parametrize(
    ("email", "fragment"),
    [("unverified@example.test", NO_ACCOUNT), ("nora@elsewhere.test", NO_ACCOUNT)],
)
def test_the_wrong_person_is_refused(browser_tab: Browser, email: str, fragment: str) -> None:
    answer = authorized(browser_tab.start().headers["Location"], email)

    assert browser_tab.come_back(**answer) == fragment


def test_a_code_is_bound_to_the_attempt(connect: Connect) -> None:
    flow, provider = Flow("s" * 43, "n" * 43, "v" * 43), connect()

    for other in (replace(flow, verifier="w" * 43), replace(flow, nonce="m" * 43)):
        code = authorized(provider.authorization_url(flow))["code"]
        with pytest.raises(SignOnFailed):
            provider.identity(other, code)

    code = authorized(provider.authorization_url(flow))["code"]
    assert provider.identity(flow, code).email == "nora@example.test"


def test_a_wrong_secret_is_refused(connect: Connect) -> None:
    flow = Flow("s" * 43, "n" * 43, "v" * 43)
    code = authorized(connect().authorization_url(flow))["code"]

    with pytest.raises(SignOnFailed, match="401"):
        connect("wrong").identity(flow, code)


def test_an_installation_on_aws_calls_no_provider_without_tls(connect: Connect) -> None:
    with pytest.raises(SignOnFailed, match="without https"):
        connect(allow_loopback=False).authorization_url(Flow("s", "n", "v"))
