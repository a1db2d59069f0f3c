"""Files that people and bots send: their ids, which are allowed, and what their bytes are."""

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from chalicelib.domain.address import digest
from chalicelib.domain.characters import cut

USABLE_FOR = 24 * 60 * 60 * 1000
"""Milliseconds after which an upload that no message has used can no longer be used."""
HEAD_BYTES = 64
"""The first bytes of a file, which show what it is."""
UNKNOWN_TYPE = "application/octet-stream"
MEDIA = ("image/", "audio/", "video/")
MIME = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
LONGEST_NAME = 200
"""Characters."""
STAMP_DIGITS, SECRET_DIGITS = 12, 16
UPLOAD = r"u_([a-z0-9]+)_([0-9a-f]{12}[a-z0-9]{16})"
"""Python compiles these when they are first used, because most calls need none of them."""
Marks = tuple[tuple[int, tuple[bytes, ...]], ...]
"""A file of a type has one of several texts at each of these places."""


class Upload(Struct, frozen=True):
    """An upload's id names its conversation and its time, so that nothing needs to be stored
    before a message uses it. `serial` begins with the time and is otherwise random."""

    conversation_id: str
    serial: str

    @property
    def id(self) -> str:
        return f"u_{self.conversation_id.removeprefix('c_')}_{self.serial}"

    @property
    def at(self) -> int:
        """Milliseconds since 1970 (UTC)."""
        return int(self.serial[:STAMP_DIGITS], 16)


def new_upload(conversation_id: str, now: int, secret: str) -> Upload:
    return Upload(conversation_id, stamp(now) + digest(secret)[:SECRET_DIGITS])


def stamp(at: int) -> str:
    """Returns the beginning of the serials of this moment. Stamps sort by time."""
    return f"{at:0{STAMP_DIGITS}x}"


def upload_of(upload_id: str) -> Upload | None:
    """None if this is no id of an upload."""
    found = re.fullmatch(UPLOAD, upload_id)
    return Upload("c_" + found[1], found[2]) if found else None


class UploadForm(Struct, frozen=True):
    """A form that a browser can post to `url`: these fields, and then the field `file`."""

    url: str
    fields: Mapping[str, str]


class NewFile(Struct, frozen=True):
    """A file that somebody wants to send. `size` is in bytes."""

    bot: str
    upload: Upload
    name: str
    mime: str
    size: int


class ArrivedFile(Struct, frozen=True):
    """A file that was uploaded and that no message has used yet: what was declared, its first
    bytes, and the version that was read."""

    name: str
    mime: str
    size: int
    first: bytes
    version: str


class StoredFile(Struct, frozen=True):
    """A file that a message uses. `mime` was checked by its bytes."""

    name: str
    mime: str
    size: int


def is_allowed(mime: str, patterns: tuple[str, ...]) -> bool:
    """A pattern is a media type, or its beginning and `*`."""
    return any(
        mime.startswith(each[:-1]) if each.endswith("*") else mime == each for each in patterns
    )


def clean_name(name: str) -> str:
    """The last part of a path, without characters that are invisible or change the direction of
    the text: `photo<RLO>gpj.exe` would look like a picture. "" if nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))
    return cut(visible.strip(), LONGEST_NAME)


def checked_type(declared: str, first: bytes) -> str:
    """The media type that a file is served with. It is a picture, audio or video only if its first
    bytes are of one; this follows https://mimesniff.spec.whatwg.org."""
    for marks, types in SIGNATURES:
        if all(first.startswith(parts, at) for at, parts in marks):
            return declared if declared in types else types[0]
    return UNKNOWN_TYPE if declared.startswith(MEDIA) else declared


def is_shown(mime: str) -> bool:
    """Returns True if a page may show a file of this checked type. Others are only downloaded."""
    return mime.startswith(MEDIA)


def content_disposition(name: str, mime: str) -> str:
    """The header that makes browsers show or download a file (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    how = "inline" if is_shown(mime) else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


SIGNATURES: tuple[tuple[Marks, tuple[str, ...]], ...] = (
    (((0, (b"\x89PNG\r\n\x1a\n",)),), ("image/png",)),
    (((0, (b"\xff\xd8\xff",)),), ("image/jpeg",)),
    (((0, (b"GIF87a", b"GIF89a")),), ("image/gif",)),
    (((0, (b"RIFF",)), (8, (b"WEBPVP",))), ("image/webp",)),
    (((4, (b"ftypavif", b"ftypavis")),), ("image/avif",)),
    (((4, (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1")),), ("image/heic", "image/heif")),
    (((4, (b"ftypqt",)),), ("video/quicktime",)),
    (((4, (b"ftypM4A", b"ftypM4B")),), ("audio/mp4", "audio/x-m4a", "audio/m4a")),
    (
        ((4, (b"ftyp",)),),
        ("video/mp4", "audio/mp4", "audio/x-m4a", "audio/m4a", "video/3gpp", "audio/3gpp"),
    ),
    (((0, (b"\x1a\x45\xdf\xa3",)),), ("video/webm", "audio/webm", "video/x-matroska")),
    (((0, (b"OggS\x00",)),), ("audio/ogg", "video/ogg", "audio/opus")),
    (((0, (b"RIFF",)), (8, (b"WAVE",))), ("audio/wav", "audio/x-wav", "audio/wave")),
    (((0, (b"fLaC",)),), ("audio/flac", "audio/x-flac")),
    (
        ((0, (b"ID3", b"\xff\xf2", b"\xff\xf3", b"\xff\xfa", b"\xff\xfb")),),
        ("audio/mpeg", "audio/mp3"),
    ),
    (((0, (b"\xff\xf0", b"\xff\xf1", b"\xff\xf8", b"\xff\xf9")),), ("audio/aac", "audio/x-aac")),
    (((0, (b"#!AMR",)),), ("audio/amr",)),
)
"""The beginnings of files, and the types that such a file may have. If another type was named, the
first one counts."""


def facts_of(name: str, mime: str, size: int) -> Mapping[str, object]:
    """Returns the facts that a message has about its file, whatever its sender has written."""
    return {"name": name, "mime": mime, "size": size}
