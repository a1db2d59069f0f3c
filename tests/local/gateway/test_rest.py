"""REST requests and answers pass through the gateway as through API Gateway."""

import base64
import gzip
import json
from collections.abc import Iterator

import pytest
from chalice.app import Chalice, CognitoUserPoolAuthorizer
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from infra.local.gateway.limits import Limits
from infra.local.gateway.rest import UnsupportedRoute
from infra.local.gateway.server import Gateway, GatewayError
from tests.local.conftest import Serve
from tests.local.gateway.http import call
from tests.local.gateway.tiny_app import tiny_app
from tests.support.stack import ROOT


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with Gateway(tiny_app()) as serving:
        yield serving


@pytest.mark.parametrize(
    "sent", ["a%2Fb", "a%20b", "%23", "caf%C3%A9", "a;b", "a%252Fb", "+", "%zz"]
)
def test_a_path_parameter_is_not_decoded(gateway: Gateway, sent: str) -> None:
    assert [sent, "x"] == call(gateway, "GET", f"/things/{sent}/parts/x").json


def test_long_answers_are_compressed_for_clients_that_accept_gzip(gateway: Gateway) -> None:
    long, short = "/things/" + "a" * 2000 + "/parts/x", "/things/a/parts/x"
    reads = [("Accept-Encoding", "br, gzip")]

    packed = call(gateway, "GET", long, headers=reads)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == ["a" * 2000, "x"]
    for plain in (call(gateway, "GET", long), call(gateway, "GET", short, headers=reads)):
        assert plain.headers["Content-Encoding"] is None
        assert plain.json[1] == "x"


def test_the_compression_size_is_the_one_in_the_chalice_config() -> None:
    deployed = json.loads((ROOT / ".chalice" / "config.json").read_text())

    assert Limits().compress_bytes == deployed["minimum_compression_size"]


def test_a_literal_segment_takes_precedence_over_a_variable(gateway: Gateway) -> None:
    assert call(gateway, "GET", "/things/t/parts/first").json == ["first of", "t"]


def test_one_trailing_slash_is_ignored(gateway: Gateway) -> None:
    assert call(gateway, "GET", "/things/t/parts/x/").status == 200
    assert call(gateway, "GET", "/things/t/parts/x//").status == 404


def test_a_variable_does_not_match_an_empty_segment(gateway: Gateway) -> None:
    assert call(gateway, "GET", "/things//parts/x").status == 404


def test_query_strings_are_decoded_once_and_keep_all_values(gateway: Gateway) -> None:
    event = call(gateway, "GET", "/echo?a=1&a=%2532&b=&c=x+y").json

    expected = {"a": ["1", "%32"], "b": [""], "c": ["x y"]}
    assert expected == event["multiValueQueryStringParameters"]
    assert event["queryStringParameters"] == {"a": "%32", "b": "", "c": "x y"}


def test_a_request_without_a_query_string_has_no_parameters(gateway: Gateway) -> None:
    event = call(gateway, "GET", "/echo").json

    assert event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is None


def test_repeated_headers_are_kept(gateway: Gateway) -> None:
    event = call(gateway, "GET", "/echo", headers=[("X-A", "1"), ("X-A", "2")]).json

    assert event["multiValueHeaders"]["X-A"] == ["1", "2"]
    assert event["headers"]["X-A"] == "2"


def test_a_text_body_arrives_as_text_and_a_binary_one_as_base64(gateway: Gateway) -> None:
    binary = [("Content-Type", "image/png")]
    text = call(gateway, "POST", "/echo", "é".encode()).json
    image = call(gateway, "POST", "/echo", b"\xff\x00", binary).json

    assert (text["body"], text["isBase64Encoded"]) == ("é", False)
    assert (base64.b64decode(image["body"]), image["isBase64Encoded"]) == (b"\xff\x00", True)


def test_a_text_body_that_is_not_utf_8_arrives_unchanged(gateway: Gateway) -> None:
    event = call(gateway, "POST", "/echo", b'{"text":"\xff"}').json

    assert base64.b64decode(event["body"]) == b'{"text":"\xff"}'


def test_an_empty_body_is_none(gateway: Gateway) -> None:
    assert call(gateway, "POST", "/echo", b"").json["body"] is None


def test_every_request_has_its_id_in_the_event_and_in_the_answer(gateway: Gateway) -> None:
    first, second = call(gateway, "GET", "/echo"), call(gateway, "GET", "/echo")

    assert first.headers["x-amzn-RequestId"] == first.json["requestContext"]["requestId"]
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]


def test_no_header_can_claim_another_source_address(gateway: Gateway) -> None:
    event = call(gateway, "GET", "/echo", headers=[("X-Forwarded-For", "10.9.8.7")]).json

    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_a_binary_answer_arrives_unchanged(gateway: Gateway) -> None:
    answer = call(gateway, "GET", "/image", headers=[("Accept", "image/png")])

    assert bytes(range(256)) == answer.content
    assert answer.headers["Content-Type"] == "image/png"


def test_an_answer_keeps_its_status_and_repeated_headers(gateway: Gateway) -> None:
    answer = call(gateway, "GET", "/cookies")

    assert answer.status == 201
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_an_answer_without_content_has_no_body(gateway: Gateway) -> None:
    answer = call(gateway, "DELETE", "/nothing")

    assert (answer.status, answer.content) == (204, b"")


def test_head_is_a_separate_method_and_its_answer_has_no_body(gateway: Gateway) -> None:
    assert (
        call(gateway, "HEAD", "/echo").status,
        call(gateway, "HEAD", "/echo").content,
    ) == (200, b"")
    assert call(gateway, "HEAD", "/image").status == 404


def test_a_preflight_is_answered_only_for_a_route_with_cors(gateway: Gateway) -> None:
    allowed = call(gateway, "OPTIONS", "/things/t/parts/x")

    assert allowed.status == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://a.test"
    assert allowed.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS"
    assert call(gateway, "OPTIONS", "/image").status == 404


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/no%20where"), ("POST", "/image"), ("GET", "/")]
)
def test_an_unknown_route_or_method_is_answered_with_our_404(
    gateway: Gateway, method: str, target: str
) -> None:
    answer = call(gateway, method, target)

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such route, or it does not take this method.",
        "code": "not_found",
        "request_id": answer.headers["x-amzn-RequestId"],
    }


def test_a_slow_handler_is_answered_with_504(serve: Serve, impatient: Limits) -> None:
    answer = call(serve(limits=impatient), "GET", "/slow/900?n=1")

    assert (answer.status, answer.json["code"]) == (504, "temporarily_unavailable")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.json["request_id"] == answer.headers["x-amzn-RequestId"]


def test_a_body_over_the_limit_is_answered_with_413(serve: Serve) -> None:
    gateway = serve(limits=Limits(request_bytes=100_000))

    assert call(gateway, "POST", "/echo", b"x" * 100_000).status == 200
    refused = call(gateway, "POST", "/echo", b"x" * 100_001)
    assert (refused.status, refused.json["code"]) == (413, "payload_too_large")
    assert call(gateway, "POST", "/echo", b"x" * 390_000).status == 413


@pytest.mark.parametrize(("target", "status"), [("/raises", 500), ("/exits", 503), ("/bytes", 503)])
def test_an_exception_in_the_app_is_answered_without_details(
    gateway: Gateway, target: str, status: int
) -> None:
    answer = call(gateway, "GET", target)

    assert status == answer.status
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content


def test_a_hanging_handler_does_not_keep_the_gateway_from_stopping(
    serve: Serve, impatient: Limits
) -> None:
    gateway = serve(limits=impatient)
    assert call(gateway, "GET", "/slow/60000?n=1").status == 504

    gateway.stop()

    with pytest.raises(ConnectionRefusedError):
        call(gateway, "GET", "/echo")


def test_extra_routes_take_precedence_over_the_apps_routes(serve: Serve) -> None:
    async def demo(request: Request) -> PlainTextResponse:
        return PlainTextResponse("demo")

    gateway = serve(routes=[Route("/echo", demo)])

    assert call(gateway, "GET", "/echo").content == b"demo"


def test_a_port_in_use_is_reported(gateway: Gateway) -> None:
    with pytest.raises(GatewayError, match=r"Port \d+ on 127\.0\.0\.1 is taken"):
        Gateway(Chalice("second"), port=gateway.port)


def test_an_app_with_an_authorizer_is_refused() -> None:
    app = Chalice("guarded")
    pool = CognitoUserPoolAuthorizer("pool", ["arn:aws:cognito-idp:x"])
    app.route("/guarded", authorizer=pool)(lambda: None)

    with pytest.raises(UnsupportedRoute, match="/guarded"):
        Gateway(app)
