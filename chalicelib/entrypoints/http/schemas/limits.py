"""Sizes of the fields of bodies, as the API documents them."""

SHORT, LONG = 32, 128
"""Bytes of UTF-8. Bots, channels and queues have `SHORT` ids; users, threads and messages `LONG`
ones."""
NAME, TEXT, NOTE, REASON, RATING_COMMENT = 64, 10_000, 4000, 1000, 1000
"""Characters. `NOTE` is for what is written about a handoff, `TEXT` for all else that somebody
writes."""
TAGS, TAG = 10, 24
"""Tags of a conversation; bytes of UTF-8 in one tag."""
MENTIONS = 20
"""People whom one note mentions."""
HIGHEST_PRIORITY = 9
