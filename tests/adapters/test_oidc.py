"""Answers of an OpenID Connect provider: a server with our own keys gives good and bad ones."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from chalicelib.adapters.security.oidc import OidcProvider
from chalicelib.usecases.ports.accounts import SignOnFailed
from chalicelib.usecases.records.sign_on import Flow

FLOW = Flow("state", "nonce", "verifier")
KEY, OTHER_KEY = (rsa.generate_private_key(65537, 2048) for _ in range(2))
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Issuer:
    """Answers with `pages`, by path; a page that is a text is the address of a redirect."""

    def __init__(self) -> None:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = issuer.pages.get(self.path)
                self.send_response(302 if isinstance(page, str) else 200 if page else 404)
                if isinstance(page, str):
                    self.send_header("Location", page)
                self.end_headers()
                self.wfile.write(json.dumps(page).encode())

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Writes nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.described = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k", "use": "sig"}
        self.pages: dict[str, Any] = {
            "/.well-known/openid-configuration": self.described,
            "/keys": {"keys": [public]},
        }

    def claims(self, **changed: object) -> dict[str, Any]:
        now = int(time())
        sound = {"iss": self.url, "aud": "baton", "sub": "7", "iat": now, "exp": now + 60}
        person = {"nonce": "nonce", "email": "ana@example.test", "email_verified": True}
        return {k: v for k, v in {**sound, **person, **changed}.items() if v is not None}

    def answers(self, token: str) -> None:
        self.pages["/token"] = {"id_token": token, "access_token": "a"}

    def signed(self, key: Any = KEY, algorithm: str = "RS256", **changed: object) -> str:
        return jwt.encode(self.claims(**changed), key, algorithm, headers={"kid": "k"})

    def provider(self) -> OidcProvider:
        return OidcProvider(self.url, "baton", "secret", "http://a/cb", allow_loopback=True)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    Thread(target=issuer.server.serve_forever, daemon=True).start()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


def test_a_sound_token_names_the_person(issuer: Issuer) -> None:
    issuer.answers(issuer.signed())

    found = issuer.provider().identity(FLOW, "code")

    assert (found.email, found.email_verified, found.name) == ("ana@example.test", True, "")


HOSTILE: dict[str, Callable[[Issuer], str]] = {
    "another key": lambda i: i.signed(OTHER_KEY),
    "no signature": lambda i: jwt.encode(i.claims(), "", "none", headers={"kid": "k"}),
    "the public key as a shared secret": lambda i: _hs256(i),
    "the client's secret": lambda i: i.signed("secret" * 9, "HS256"),
    "another issuer": lambda i: i.signed(iss="https://evil.test"),
    "another client": lambda i: i.signed(aud="other"),
    "several clients, issued to another": lambda i: i.signed(aud=["baton", "b"], azp="b"),
    "expired": lambda i: i.signed(exp=int(time()) - 61),
    "never expires": lambda i: i.signed(exp=None),
    "from the future": lambda i: i.signed(iat=int(time()) + 120),
    "another nonce": lambda i: i.signed(nonce="other"),
    "no nonce": lambda i: i.signed(nonce=None),
    "no subject": lambda i: i.signed(sub=None),
    "no token": lambda i: "",
    "no JWT": lambda i: "a.b.c",
}


def _hs256(issuer: Issuer) -> str:
    """PyJWT refuses to sign so; the attacker does not."""
    import base64
    import hashlib
    import hmac

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    text = part({"alg": "HS256", "kid": "k"}) + b"." + part(issuer.claims())
    mac = base64.urlsafe_b64encode(hmac.digest(PUBLIC, text, hashlib.sha256)).rstrip(b"=")
    return (text + b"." + mac).decode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_refused(issuer: Issuer, name: str) -> None:
    issuer.answers(HOSTILE[name](issuer))

    with pytest.raises(SignOnFailed):
        issuer.provider().identity(FLOW, "code")


@pytest.mark.parametrize("verified", ["true", 1, None, False])
def test_only_true_means_that_an_address_is_verified(issuer: Issuer, verified: object) -> None:
    issuer.answers(issuer.signed(email_verified=verified))

    assert not issuer.provider().identity(FLOW, "code").email_verified


def test_claims_that_the_token_lacks_come_from_the_provider(issuer: Issuer) -> None:
    issuer.described["userinfo_endpoint"] = f"{issuer.url}/me"
    issuer.answers(issuer.signed(email=None, email_verified=None))
    issuer.pages["/me"] = {"sub": "7", "email": "bo@example.test", "email_verified": True}
    found = issuer.provider().identity(FLOW, "code")
    assert (found.email, found.email_verified) == ("bo@example.test", True)

    issuer.pages["/me"]["sub"] = "8"
    with pytest.raises(SignOnFailed, match="another person"):
        issuer.provider().identity(FLOW, "code")


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://169.254.169.254/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/keys"},
    ],
)
def test_a_description_that_leads_elsewhere_is_refused(
    issuer: Issuer, changed: dict[str, str]
) -> None:
    issuer.answers(issuer.signed())
    issuer.described.update(changed)

    with pytest.raises(SignOnFailed):
        issuer.provider().identity(FLOW, "code")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_redirect_is_not_followed(issuer: Issuer, path: str) -> None:
    issuer.answers(issuer.signed())
    issuer.pages["/elsewhere"] = issuer.pages[path]
    issuer.pages[path] = f"{issuer.url}/elsewhere"

    with pytest.raises(SignOnFailed):
        issuer.provider().identity(FLOW, "code")


@pytest.mark.parametrize("page", [[1], {}, 7])
def test_an_answer_that_is_no_description_is_refused(issuer: Issuer, page: object) -> None:
    issuer.pages["/.well-known/openid-configuration"] = page

    with pytest.raises(SignOnFailed):
        issuer.provider().authorization_url(FLOW)
