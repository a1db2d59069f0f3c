"""Tokens that nobody should get in with. Those made with the right key are here as well: where
the signature holds, the claims are all that is left."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.clock import START

SECRET = "q7Yt-2mXvR9_dKwZ0pLsN4hBgJ6cFaEu"
ISSUER = "https://baton.test"
NOW = START // 1000
HEADER = '{"alg":"HS256","typ":"JWT"}'
CLAIMS: dict[str, object] = {
    "iss": ISSUER,
    "aud": "baton",
    "sub": "p_ana",
    "typ": "access",
    "tv": 1,
    "jti": "j1",
    "iat": NOW,
    "exp": NOW + 3600,
}

ALGORITHMS: tuple[object, ...] = (
    *("none", "None", "nOnE", "NONE", "", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA"),
    *("hs256", "HS256 ", "HS256\0", None, 1, True, [], ["HS256"], {"HS256": 1}),
)
HEADERS: tuple[dict[str, object], ...] = (
    {"crit": []},
    {"crit": ["exp"]},
    {"crit": ["b64"], "b64": True},
    {"crit": ["b64"], "b64": False},
    {"b64": False},
    {"kid": "../../../../dev/null"},
    {"kid": "x' UNION SELECT 'key"},
    {"kid": "https://evil.test/key"},
    {"kid": 1},
    {"jku": "https://evil.test/keys"},
    {"x5u": "https://evil.test/chain"},
    {"x5c": ["AAAA"]},
    {"jwk": {"kty": "oct", "k": "AAAA"}},
    {"zip": "DEF"},
    {"cty": "JWT"},
    {"typ": "at+jwt"},
    {"typ": None},
    {"enc": "A256GCM"},
)
NO_TEXT: tuple[object, ...] = (None, "", 1, 1.5, True, [], ["baton"], {}, {"a": 1})
NO_NUMBER: tuple[object, ...] = (None, "", str(NOW), "never", 1.5, float(NOW), True, [], [NOW], {})
CHANGED: dict[str, tuple[object, ...]] = {
    "iss": (*NO_TEXT, "https://baton.test/", "https://baton", "baton", [ISSUER], {ISSUER: 1}),
    "aud": (*NO_TEXT, "Baton", "baton ", "other", ["other", "baton"]),
    "typ": (*NO_TEXT, "refresh", "ACCESS", "access ", "ticket", ["access"]),
    "sub": NO_TEXT,
    "jti": NO_TEXT,
    "tv": NO_NUMBER,
    "iat": (*NO_NUMBER, float("inf"), float("nan")),
    "exp": (
        *(*NO_NUMBER, NOW, NOW - 1, 0, -1, -(10**30)),
        *(float("inf"), float("-inf"), float("nan")),
    ),
    "nbf": (NOW + 3600, NOW - 3600, "x", None),
}


def hostile_tokens() -> Iterator[tuple[str, str]]:
    """Pairs of a description of the fault, and the token."""
    yield from _other_algorithms()
    yield from _other_headers()
    yield from _other_claims()
    yield from _other_payloads()
    yield from _other_shapes()
    yield from _damaged()


def forge(header: str | bytes, payload: str | bytes, key: str = SECRET) -> str:
    signed = f"{encode(header)}.{encode(payload)}"
    signature = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{encode(signature)}"


def encode(part: str | bytes) -> str:
    data = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


GOOD = forge(HEADER, json.dumps(CLAIMS))


def _other_algorithms() -> Iterator[tuple[str, str]]:
    for algorithm in ALGORITHMS:
        token = forge(json.dumps({"alg": algorithm, "typ": "JWT"}), json.dumps(CLAIMS))
        unsigned = token.rpartition(".")[0]
        yield f"alg {algorithm!r}, signed as HS256", token
        yield f"alg {algorithm!r}, no signature", unsigned + "."
        yield f"alg {algorithm!r}, any signature", f"{unsigned}.{'A' * 43}"
    for algorithm in ("HS384", "HS512"):
        yield f"truly {algorithm}", jwt.encode(CLAIMS, SECRET * 2, algorithm=algorithm)
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    yield "truly RS256", jwt.encode(CLAIMS, private, algorithm="RS256")
    yield "HS256 with a public key", forge(HEADER, json.dumps(CLAIMS), public.decode())
    for key in ("", "secret", SECRET[:-1], SECRET.lower(), "\0" * 32):
        yield f"HS256 with the key {key!r}", forge(HEADER, json.dumps(CLAIMS), key)


def _other_headers() -> Iterator[tuple[str, str]]:
    for extra in HEADERS:
        header = json.dumps({"alg": "HS256", "typ": "JWT", **extra})
        yield f"header with {extra}", forge(header, json.dumps(CLAIMS))
    for header in (
        *("{}", "[]", "null", "1", '"HS256"', "", "{", "\xff", '{"alg":"none","alg":"HS256"}'),
        *('{"alg": "HS256", "typ": "JWT"}', '{"typ":"JWT","alg":"HS256"}', '{"alg":"HS256"}'),
    ):
        yield f"header {header!r}", forge(header, json.dumps(CLAIMS))
    yield "header of depth 100,000", forge('{"a":' * 100_000 + "1" + "}" * 100_000, "{}")
    yield "header of depth 1,000", forge("[" * 1000 + "]" * 1000, "{}")


def _other_claims() -> Iterator[tuple[str, str]]:
    for name in CLAIMS:
        without = {key: value for key, value in CLAIMS.items() if key != name}
        yield f"no {name}", forge(HEADER, json.dumps(without))
    for name, values in CHANGED.items():
        for value in values:
            yield f"{name} {value!r}", forge(HEADER, json.dumps({**CLAIMS, name: value}))
    written = json.dumps(CLAIMS)
    for number in ("1e400", "-1e400", "1e3", "01", "+1", "0x10", "1.0"):
        yield f"exp written as {number}", forge(HEADER, written.replace(str(NOW + 3600), number))
    for name, value in (("sub", "p_eve"), ("aud", "other"), ("typ", "refresh"), ("exp", 1)):
        first = f'{{"{name}":{json.dumps(value)},' + written[1:]
        yield f"{name} twice", forge(HEADER, first)
        yield f"{name} twice, the same", forge(HEADER, f"{written[:-1]},{written[1:]}")


def _other_payloads() -> Iterator[tuple[str, str]]:
    for payload in (
        *("", "{}", "[]", "null", "1", "true", '"x"', "{", "x", "NaN", "[{}]", "{'sub':'x'}"),
        *(json.dumps(CLAIMS) + "}", json.dumps([CLAIMS]), json.dumps(json.dumps(CLAIMS))),
    ):
        yield f"payload {payload[:20]!r}", forge(HEADER, payload)
    yield "payload in no UTF-8", forge(HEADER, b"\xff\xfe\xfa")
    yield "payload of depth 100,000", forge(HEADER, "[" * 100_000 + "]" * 100_000)
    yield "payload of depth 2,900, unclosed", forge(HEADER, "[" * 2900)
    yield "payload of depth 1,400", forge(HEADER, "[" * 1400 + "]" * 1400)
    nested = '{"a":' * 500 + "1" + "}" * 500
    yield "one claim of depth 500, nothing else", forge(HEADER, nested)
    yield (
        "exp of 2,000 digits, below zero",
        forge(HEADER, json.dumps(CLAIMS).replace(str(NOW + 3600), "-" + "9" * 2000)),
    )
    yield "10 MB", forge(HEADER, json.dumps({**CLAIMS, "x": "x" * 10_000_000}))
    yield "just too long", forge(HEADER, json.dumps({**CLAIMS, "x": "x" * 2900}))


def _other_shapes() -> Iterator[tuple[str, str]]:
    header, payload, signature = GOOD.split(".")
    for shape in (
        *("", " ", ".", "..", "...", "a", "a.b", "a.b.c", "null", "undefined", "Bearer", "{}"),
        *(header, payload, signature, f"{header}.{payload}", f"{payload}.{signature}"),
        *(f"{header}.{payload}.", f".{payload}.{signature}", f"{header}..{signature}"),
        *(f".{GOOD}", f"{GOOD}.", f"{GOOD}.x", f"{GOOD}..", f"{GOOD}.{GOOD}", GOOD + GOOD),
        *(f" {GOOD}", f"{GOOD} ", f"{GOOD}\n", f"\t{GOOD}", f"{GOOD}\0", f"\ufeff{GOOD}"),
        *(f"{GOOD}=", f"{GOOD}==", f"{header}=.{payload}.{signature}", f"{GOOD}%3D"),
        *(f"Bearer {GOOD}", f'"{GOOD}"', f"{GOOD},{GOOD}", GOOD.replace(".", "%2E")),
        *(GOOD.replace(".", "．"), GOOD.replace("e", "е"), GOOD.replace(".", ". ")),
        *(GOOD.upper(), GOOD.lower(), GOOD[::-1], GOOD[1:], GOOD[:-1], f"{GOOD}A", f"A{GOOD}"),
        *(f"{payload}.{header}.{signature}", f"{header}.{payload}.{signature}\r\nX: y"),
        *("\ud800", f"{GOOD}\ud800", "ü" * 100, "." * 10_000, "A" * 1_000_000, "\0" * 100),
        json.dumps({"protected": header, "payload": payload, "signature": signature}),
    ):
        yield f"shape {shape[:12]!r}, {len(shape)} characters", shape


def _damaged() -> Iterator[tuple[str, str]]:
    for at in range(0, len(GOOD), 5):
        for bit in (1, 4):
            flipped = chr(ord(GOOD[at]) ^ bit)
            yield f"bit {bit} of character {at}", GOOD[:at] + flipped + GOOD[at + 1 :]
    for bit in (1, 2, 4, 8):
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        other = last[last.index(GOOD[-1]) ^ bit]
        yield f"bit {bit} of the last six", GOOD[:-1] + other
