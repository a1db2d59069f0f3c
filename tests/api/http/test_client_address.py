"""The address by which logins are counted is the caller's own, and nobody can choose it.

Fact 16 of docs/aws.md.
"""

from types import SimpleNamespace

import pytest

from chalicelib.entrypoints.http.client_address import EDGE_HEADER, client_address
from chalicelib.entrypoints.http.framework import Call
from chalicelib.entrypoints.http.route_table import NATIVE
from infra.template.domains import domains
from infra.template.functions import functions
from tests.support.services import MemoryServices

EDGE, VIEWER, CHOSEN = "130.176.0.1", "203.0.113.9", "198.51.100.7"
TOKEN = "e" * 40


def behind(forwarded: str, token: str = TOKEN, peer: str = EDGE) -> str:
    return client_address(peer, {EDGE_HEADER: token, "x-forwarded-for": forwarded}, TOKEN)


def test_behind_our_edge_it_is_the_address_that_the_edge_has_added() -> None:
    assert behind(f"{VIEWER}, {EDGE}") == VIEWER
    assert behind(f"{CHOSEN}, {VIEWER},{EDGE}") == VIEWER
    assert behind(f"2001:db8::1, {EDGE}") == "2001:db8::1"


def test_an_edge_that_api_gateway_does_not_add_is_not_missed() -> None:
    assert behind(f"{CHOSEN}, {VIEWER}") == VIEWER


@pytest.mark.parametrize("token", ["", "e", "E" * 40, "é"])
def test_without_the_edges_token_the_header_is_not_read(token: str) -> None:
    assert behind(f"{CHOSEN}, {EDGE}", token) == EDGE
    assert behind(f"{CHOSEN}, {VIEWER}", token, peer=VIEWER) == VIEWER


def test_a_stack_without_an_edge_trusts_no_token() -> None:
    headers = {EDGE_HEADER: "", "x-forwarded-for": CHOSEN}

    assert client_address(VIEWER, headers, "") == VIEWER
    assert client_address(VIEWER, headers | {EDGE_HEADER: "x"}, "") == VIEWER


@pytest.mark.parametrize("forwarded", ["", EDGE, "unknown", ", ", f"{VIEWER}:4711, {EDGE}"])
def test_what_is_no_address_is_not_taken_for_one(forwarded: str) -> None:
    assert behind(forwarded) == EDGE


def test_a_call_counts_the_viewer_behind_the_edge(services: MemoryServices) -> None:
    services.edge_token = TOKEN
    headers = {EDGE_HEADER: TOKEN, "x-forwarded-for": f"{VIEWER}, {EDGE}"}
    request = SimpleNamespace(
        context={"identity": {"sourceIp": EDGE}}, headers=headers, raw_body=b""
    )

    assert Call(NATIVE[0], services, request, {}, {}).source == VIEWER
    services.edge_token = ""
    assert Call(NATIVE[0], services, request, {}, {}).source == EDGE


def test_the_distribution_sends_the_token_that_the_function_expects() -> None:
    distribution = domains("prod")["ConsoleDistribution"]["Properties"]
    (origin,) = distribution["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    handler = functions("prod", {}, traced=False)["APIHandler"]["Properties"]
    condition, expected, otherwise = handler["Environment"]["Variables"]["BATON_EDGE_TOKEN"][
        "Fn::If"
    ]

    assert header == {"HeaderName": EDGE_HEADER, "HeaderValue": expected}
    assert (condition, otherwise) == ("HasConsoleCache", "")
