"""Values that callers may send by mistake or on purpose."""

from urllib.parse import quote

# Comes back as it was sent

TEXTS = [
    "O'Brien",
    '"; DROP TABLE conversations; --',
    "<script>alert(1)</script>",
    "👩‍👩‍👧‍👦 🇩🇪 e\u0301 ﷽",
    "مرحبا بالعالم \u202eevil\u202c",
    "  leading and trailing  ",
    "\\u0041 %41 &amp; ${x} {{x}} #name :value",
    "\ufeff\ufffd\uffff\U0010ffff",
    "x" * 10_000,
    "😀" * 5_000,
    "null",
    "0",
]


IDS = [
    "156085638552453280",
    "9007199254740993",
    "O'Brien",
    "a#b",
    "a%23b",
    "~a",
    "a/b?c=d&e",
    "../../x",
    "C#c_x",
    " ",
    "😀" * 8,
    "é",
    "e\u0301",
    "\u202e\u200b\u00ad",
    "\\",
    "__proto__",
    "None",
]


JSON = [
    {},
    {"n": 156085638552453280},
    {"n": 2**63, "m": -(2**63), "f": 0.1, "e": 1e300},
    {"n": 10**100},
    {"": {"": [[], {}, None, True, ""]}},
    {"O'Brien": "\u0000😀"},
    {"$ref": "#", "__proto__": {"x": 1}, "constructor": 1},
    {"x": "x" * 16_000},
]


# Is refused

FIELDS = [
    {"text": ""},
    {"text": None},
    {"text": 1},
    {"text": ["x"]},
    {"text": {"x": 1}},
    {"text": True},
    {"type": "image", "text": None},
    {"type": "image", "text": None, "payload": []},
    {"type": "image", "text": None, "payload": "x"},
    {"type": "", "payload": {}, "text": None},
    {"type": "x" * 33, "payload": {}, "text": None},
    {"type": "x\0", "payload": {}, "text": None},
    {"type": "x", "text": None, "payload": {"x": "x" * 16_400}},
    {"channel": ""},
    {"channel": "x" * 33},
    {"channel": "é" * 17},
    {"channel": "a\nb"},
    {"channel": None},
    {"channel": 1},
    {"user": None},
    {"user": "u-1"},
    {"user": []},
    {"user": {}},
    {"user": {"id": ""}},
    {"user": {"id": 156085638552453280}},
    {"user": {"id": "x" * 129}},
    {"user": {"id": "😀" * 33}},
    {"user": {"id": "a\u0000b"}},
    {"user": {"id": "a\u0085b"}},
    {"user": {"id": "u", "email": "x"}},
    {"thread": ""},
    {"thread": "x" * 129},
    {"thread": "a\u007fb"},
    {"thread": 1},
    {"message_id": ""},
    {"message_id": "x" * 129},
    {"message_id": "a\rb"},
    {"message_id": 7},
    {"from": "agent"},
    {"from": "USER"},
    {"from": None},
    {"from": ["user"]},
    {"epoch": "1"},
    {"epoch": 1.5},
    {"epoch": True},
    {"epoch": [1]},
    {"unknown": 1},
    {"Text": "x"},
]


COMMANDS = [
    ("pause", {"reason": ""}),
    ("pause", {"reason": "x" * 1001}),
    ("pause", {"reason": 1}),
    ("pause", {"queue": ""}),
    ("pause", {"queue": "x" * 33}),
    ("pause", {"priority": -1}),
    ("pause", {"priority": 10}),
    ("pause", {"priority": 10**30}),
    ("pause", {"priority": "1"}),
    ("pause", {"priority": None}),
    ("pause", {"agent": ""}),
    ("pause", {"agent": "x" * 129}),
    ("pause", {"language": "x" * 33}),
    ("pause", {"context": "x"}),
    ("pause", {"context": {"x": "x" * 16_400}}),
    ("pause", {"if_unavailable": "explode"}),
    ("pause", {"if_unavailable": None}),
    ("pause", {"channel": "web"}),
    ("unpause", {"outcome": "won"}),
    ("unpause", {"outcome": None}),
    ("unpause", {"note": ""}),
    ("unpause", {"note": "x" * 4001}),
    ("unpause", {"resume_at": "x" * 129}),
    ("unpause", {"variables": []}),
    ("unpause", {"epoch": "1"}),
    ("claim", {"epoch": 1.5}),
    ("claim", {"agent": "p_x"}),
    ("release", {"epoch": {}}),
    ("transfer", {"agent": "x" * 129}),
    ("transfer", {"queue": "a\nb"}),
    ("transfer", {"queue": 1}),
    ("resend", {}),
    ("resend", {"seq": 0}),
    ("resend", {"seq": "1"}),
    ("snooze", {}),
    ("snooze", {"until": "tomorrow"}),
    ("snooze", {"until": 1}),
    ("snooze", {"until": "2026-01-01T00:00:00"}),
    ("snooze", {"until": "0001-01-01T00:00:00+14:00"}),
    ("snooze", {"until": "9999-12-31T23:59:59-14:00"}),
    ("notes", {}),
    ("notes", {"text": ""}),
    ("notes", {"text": "x" * 10_001}),
    ("notes", {"text": None}),
    ("notes", {"text": "@Bo", "mentions": "bo@example.test"}),
    ("notes", {"text": "@Bo", "mentions": [""]}),
    ("notes", {"text": "@Bo", "mentions": ["p"] * 21}),
    ("notes", {"text": "@Bo", "mentions": ["p_none"]}),
]


NO_JSON = [
    b"{",
    b"{'text': 'x'}",
    b"nonsense",
    b"\xff\xfe",
    b'{"text": "\xff"}',
    b'{"\\udc00": 1}',
    b'{"text": NaN}',
    b'{"epoch": Infinity}',
    b'{"epoch": 1e999}',
    b'{"epoch": ' + b"1" * 5000 + b"}",
    b"[]",
    b'"text"',
    b"null",
    b"1",
    b"[" * 30_000,
    b'{"payload":' * 5000 + b"1" + b"}" * 5000,
    b"\0",
    b'{"text":"x"}{"text":"y"}',
]


# Names nothing; by percent-encoding, as in a URL

PATHS = [
    *("%2F", "%23", "%25", "%252F", "a%2Fb", "%00", "%0A", "c_x%20", "..%2F..", "%F0%9F%98%80"),
    *("x" * 3000, quote("é" * 400), "'", "*", "null", "-1", "0"),
]


VALUES = ["'", "%27%20OR%201=1", "%FF", "%00", "#", "x" * 4000, "%F0%9F%98%80", "*", "%", "+", ""]
