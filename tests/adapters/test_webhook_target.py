"""No URL, no name and no resolver brings Baton to an address inside."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from chalicelib.adapters.webhook_http.client import HttpWebhookClient
from chalicelib.adapters.webhook_http.target import is_public
from chalicelib.usecases.ports.webhooks import Unreachable
from tests.adapters.webhook_urls import CALLED, METADATA, NAMES, PUBLIC, PUBLIC_6, REFUSED_URLS


class Net:
    """Resolves the names above, and numbers as the system does; takes down who is connected to,
    and refuses."""

    def __init__(self, names: dict[str, Sequence[str]] | None = None) -> None:
        self.connected: list[tuple[str, int]] = []
        self.timeouts: list[float] = []
        self.resolved = 0
        self._names = NAMES if names is None else names

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved += 1
        if host in self._names:
            return self._names[host]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(address[0]) for *_, address in found]

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.connected.append((address, port))
        self.timeouts.append(timeout)
        raise ConnectionRefusedError

    def receiver(self, *, allow_loopback: bool = False) -> HttpWebhookClient:
        return HttpWebhookClient(allow_loopback, resolve=self.resolve, connect=self.connect)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(set(REFUSED_URLS)) >= 60


@pytest.mark.parametrize("url", REFUSED_URLS, ids=ascii)
def test_no_connection_is_even_tried_to_what_baton_does_not_call(url: str) -> None:
    net = Net()

    with pytest.raises(Unreachable) as refusal:
        net.receiver().post(url, {}, b"{}")

    assert net.connected == []
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("url", CALLED)
def test_a_server_on_the_internet_is_called_at_the_address_that_was_checked(url: str) -> None:
    net = Net()

    with pytest.raises(Unreachable, match="does not accept a connection"):
        net.receiver().post(url, {}, b"{}")

    assert net.connected == [CALLED[url]]
    assert net.resolved == 1


def test_one_connection_may_take_three_seconds() -> None:
    net = Net()

    with pytest.raises(Unreachable):
        net.receiver().post("https://good.test/", {}, b"{}")

    assert net.timeouts == [3.0]


def test_a_name_that_leads_elsewhere_the_second_time_is_not_asked_twice() -> None:
    answers = iter([[PUBLIC], [METADATA]])
    net = Net()
    receiver = HttpWebhookClient(False, resolve=lambda *_: next(answers), connect=net.connect)

    with pytest.raises(Unreachable, match="does not accept a connection"):
        receiver.post("https://flips.test/", {}, b"{}")
    with pytest.raises(Unreachable, match="does not call"):
        receiver.post("https://flips.test/", {}, b"{}")

    assert net.connected == [(PUBLIC, 443)]


def test_where_one_address_takes_no_connection_the_next_is_tried() -> None:
    net = Net({"both.test": [PUBLIC_6, PUBLIC]})

    with pytest.raises(Unreachable):
        net.receiver().post("https://both.test/", {}, b"{}")

    assert net.connected == [(PUBLIC_6, 443), (PUBLIC, 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://good.test:8080/",
        "http://10.0.0.1:8080/",
        f"http://{METADATA}:8080/",
        f"http://{METADATA}/",
        "https://10.0.0.1/",
        "http://mixed.test:8080/",
        "http://[fd00:ec2::254]:8080/",
        "http://0.0.0.0:8080/",
        "http://u:p@127.0.0.1:8080/",
    ],
)
def test_on_a_developers_machine_too_only_that_machine_is_called_without_tls(url: str) -> None:
    net = Net()

    with pytest.raises(Unreachable):
        net.receiver(allow_loopback=True).post(url, {}, b"{}")

    assert net.connected == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/", "http://localhost:8080/", "https://127.0.0.1:8443/"]
)
def test_on_a_developers_machine_that_machine_is_called(url: str) -> None:
    net = Net()

    with pytest.raises(Unreachable, match="does not accept a connection"):
        net.receiver(allow_loopback=True).post(url, {}, b"{}")

    assert net.connected[0][0] == "127.0.0.1"


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254"),
        *("172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.19.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1"),
        *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:20::1"),
        *("2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
        *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    ],
)
def test_an_address_inside_or_of_a_tunnel_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "99.255.255.255", "100.128.0.1", "172.32.0.1", "223.255.255.254"),
        *("2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "2600::"),
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))
