"""The network address of the caller, also behind the stack's own CloudFront distribution."""

import hmac
from collections.abc import Mapping

EDGE_HEADER = "x-baton-edge"
"""The header by which the distribution proves itself; the template makes its value."""


def client_address(peer: str, headers: Mapping[str, str], edge_token: str) -> str:
    """`peer` is the address that API Gateway sees, which is an edge's if CloudFront calls.

    Only with the right `edge_token` is `X-Forwarded-For` read, from its end: a caller may write
    anything into its beginning, CloudFront adds the viewer's address behind it, and API Gateway
    adds the edge's.
    """
    sent = headers.get(EDGE_HEADER, "")
    if not edge_token or not hmac.compare_digest(sent.encode(), edge_token.encode()):
        return peer
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
    if hops[-1] == peer:
        hops.pop()
    return _address(hops[-1]) or peer if hops else peer


def _address(text: str) -> str | None:
    from ipaddress import ip_address

    try:
        return str(ip_address(text))
    except ValueError:
        return None
