"""Names, and URLs that Baton calls and does not call."""

from collections.abc import Sequence

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"
METADATA = "169.254.169.254"

NAMES: dict[str, Sequence[str]] = {
    "good.test": [PUBLIC],
    "six.test": [PUBLIC_6],
    "xn--bcher-kva.test": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "metadata.test": [METADATA],
    "inside.test": ["10.0.0.1"],
    "mixed.test": [PUBLIC, "10.0.0.1"],
    "mixed-last.test": [PUBLIC, PUBLIC_6, "::ffff:10.0.0.1"],
    "mixed-six.test": [PUBLIC_6, "fd00:ec2::254"],
    "nowhere.test": [],
    f"{PUBLIC_6}%25eth0": [PUBLIC_6],
}

REFUSED_URLS = [
    # another scheme, or none
    *("http://good.test/", "ftp://good.test/", "ftp://good.test:8443/", "file:///etc/passwd"),
    *("gopher://good.test:8443/", "//good.test/", "good.test", "", "https:good.test", "https://"),
    *("https:///path", "javascript:alert(1)", "HTTP://good.test/", "unix:///var/run/docker.sock"),
    # addresses inside
    *("https://127.0.0.1/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/"),
    *(f"https://{METADATA}/latest/meta-data/", "https://100.64.0.1/", "https://100.100.100.200/"),
    *("https://0.0.0.0/", "https://0.1.2.3/", "https://255.255.255.255/", "https://224.0.0.1/"),
    *("https://192.0.0.192/", "https://198.18.0.1/", "https://240.0.0.1/"),
    *("https://169.254.170.2/", "https://192.88.99.1/", "https://192.0.2.1/"),
    *("https://203.0.113.9/", "https://127.8.9.1/"),
    # the same in other clothes
    *("https://2130706433/", "https://2852039166/", "https://0x7f000001/", "https://0xa9fea9fe/"),
    *("https://017700000001/", "https://0177.0.0.1/", "https://0x7f.1/", "https://127.1/"),
    *("https://0/", "https://1/", "https://169.254.43518/", "https://0xA9.0xFE.0xA9.0xFE/"),
    *("https://0251.0376.0251.0376/", "https://127.0.0.1./", "https://127.0.0.1../"),
    *("https://0x/", "https://%31%32%37.0.0.1/", "https://127.0.0.1%00.good.test/"),
    *("https://good.test%2f@x/", "https://169。254。169。254/", "https://①②⑦.0.0.1/"),
    *("https://127．0．0．1/", "https://１２７.0.0.1/", "https://ⓛocalhost/"),
    *("https://bücher.test/", "https://good.test\u3002/"),
    # an address that would be called, if it were written as one
    *("https://1572395042/", "https://0x5db8d822/", "https://0135.0270.0330.042/"),
    *("https://93.184.55330/", f"https://[{PUBLIC_6}%25eth0]/"),
    # IPv6
    *("https://[::1]/", "https://[::]/", "https://[::127.0.0.1]/", "https://[fe80::1]/"),
    *(f"https://[::ffff:{METADATA}]/", "https://[::ffff:a9fe:a9fe]/", "https://[::ffff:7f00:1]/"),
    *("https://[fd00:ec2::254]/", "https://[fc00::1]/", "https://[fe80::1%25eth0]/"),
    *("https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::1]/", "https://[2002:a9fe:a9fe::1]/"),
    *("https://[2001:0:a9fe:a9fe::1]/", "https://[2001:db8::1]/", "https://[ff02::1]/"),
    *("https://[fec0::1]/", "https://[3fff::1]/", "https://[100::1]/", "https://[4000::1]/"),
    *("https://[::1", "https://::1/", "https://[]/", "https://[good.test]/", "https://[v1.x:y]/"),
    # names that lead inside
    *("https://localhost/", "https://LOCALHOST./", "https://metadata.test/"),
    *("https://inside.test/", "https://mixed.test/", "https://mixed-last.test/"),
    *("https://mixed-six.test/", "https://nowhere.test/", "https://unknown.test/"),
    # user names, fragments, confusion
    *(f"https://good.test@{METADATA}/", f"https://{METADATA}@good.test/"),
    *("https://u:p@good.test/", "https://@good.test/", f"https://good.test#@{METADATA}/"),
    *(f"https://{METADATA}#.good.test/", "https://good.test/#x"),
    *(f"https://good.test\\@{METADATA}/", f"https://{METADATA}\\.good.test/"),
    *("https://good.test/\r\nHost: x", "https://good.test/\n", " https://good.test/"),
    *("https://a b/", "https://good.test/\x00", "https://good.test/ü", "https://good\t.test/"),
    *("https://-/\x7f", "https://.good.test/", "https://good..test/", f"https://{'a' * 64}.test/"),
    *("https://./", f"https://{'a.' * 140}test/", "https://good.test,inside.test/"),
    *("https://good.test;x/", "https://*.test/", "https://good_test$/"),
    "https://good.test&inside.test/",
    # ports
    *("https://good.test:0/", "https://good.test:22/", "https://good.test:80/"),
    *("https://good.test:442/", "https://good.test:1024/", "https://good.test:65536/"),
    *("https://good.test:-1/", "https://good.test:x/", "https://good.test:443x/"),
    *(f"https://good.test:443:{METADATA}/", "https://good.test:25/"),
]

CALLED = {
    "https://good.test": (PUBLIC, 443),
    "https://good.test/hook?a=b&c=%20": (PUBLIC, 443),
    "HTTPS://GOOD.TEST/": (PUBLIC, 443),
    "https://good.test./": (PUBLIC, 443),
    "https://good.test:443/": (PUBLIC, 443),
    "https://good.test:/": (PUBLIC, 443),
    "https://good.test:8443/": (PUBLIC, 8443),
    "https://good.test:1025/": (PUBLIC, 1025),
    "https://good.test:65535/": (PUBLIC, 65535),
    "https://good.test?x=//inside.test/": (PUBLIC, 443),
    "https://good.test//inside.test/": (PUBLIC, 443),
    "https://xn--bcher-kva.test/": (PUBLIC, 443),
    f"https://{PUBLIC}/": (PUBLIC, 443),
    "https://six.test/": (PUBLIC_6, 443),
    f"https://[{PUBLIC_6}]:8443/": (PUBLIC_6, 8443),
}
