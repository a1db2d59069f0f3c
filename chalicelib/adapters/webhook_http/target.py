"""Decides by URL and by IP address which servers Baton may call.

Rule: https only, on port 443 or above 1024, to addresses of the public internet.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib.usecases.ports.webhooks import Unreachable

PORTS = {"http": 80, "https": 443}
PRIVILEGED = range(1025)
PRINTABLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without space and backslash, which URL parsers read differently. International names are
written as `xn--…`."""
NAME = re.compile(r"([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")
"""Host names that C libraries read as an IPv4 address: https://url.spec.whatwg.org, "ends in a
number"."""
GLOBAL_IPV6 = ip_network("2000::/3")
"""Local, IPv4-mapped and NAT64 addresses are outside of it."""
NEVER_CALLED = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
)
"""Addresses of protocols, of 6to4 and its relays, of Teredo, and for documentation. `is_global`
allows some of them, depending on the version of Python."""


class Target(Struct, frozen=True):
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, *, allow_http: bool) -> Target:
    """Raises Unreachable; its sentence is for the person who configures the URL."""
    if not PRINTABLE.fullmatch(url):
        raise Unreachable("The URL is in ASCII, without spaces and backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreachable("The URL cannot be read.") from error
    default = PORTS.get(parts.scheme)
    if default is None or (parts.scheme == "http" and not allow_http):
        raise Unreachable("The URL begins with https.")
    if "@" in parts.netloc or "#" in url:
        raise Unreachable("The URL has no user name, password or fragment.")
    host = (parts.hostname or "").removesuffix(".")
    if not _is_host(host):
        raise Unreachable("The URL names a host.")
    if port in PRIVILEGED and port != default:
        raise Unreachable("The port is 443 or above 1024.")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port or default, (parts.path or "/") + query)


def _is_host(host: str) -> bool:
    if ":" in host or NUMBER.fullmatch(host):
        return _is_address(host)
    return len(host) <= 253 and NAME.fullmatch(host) is not None


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host)) and "%" not in host
    except ValueError:
        return False


def is_public(address: IPv4Address | IPv6Address) -> bool:
    inside = address.version == 4 or address in GLOBAL_IPV6
    never = address.is_multicast or any(address in network for network in NEVER_CALLED)
    return inside and address.is_global and not never
