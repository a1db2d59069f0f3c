"""Names, types and ids of files."""

import re

import pytest

from chalicelib.domain.files import (
    Upload,
    checked_type,
    clean_name,
    content_disposition,
    is_allowed,
    new_upload,
    upload_of,
)


def test_an_id_names_its_conversation_and_its_time() -> None:
    upload = new_upload("c_f5lthgrqwc7h4cgu37t5adfawq", 1_767_225_600_000, "random")

    assert upload_of(upload.id) == upload
    assert upload.at == 1_767_225_600_000
    assert new_upload("c_f5lthgrqwc7h4cgu37t5adfawq", 1_767_225_600_000, "other") != upload


def test_serials_sort_by_time() -> None:
    serials = [new_upload("c_1", at, "x").serial for at in (1, 15, 16, 10**12)]

    assert serials == sorted(serials)


@pytest.mark.parametrize(
    "given", ["", "u_", "u_1_", "c_1", "u_1_" + "0" * 27, "u_1/../2_" + "0" * 28]
)
def test_other_texts_are_no_ids(given: str) -> None:
    assert upload_of(given) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.png", "a.png"),
        ("C:\\\\temp\\\\a.png", "a.png"),
        ("../../etc/passwd", "passwd"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        (" \x00\u200b ", ""),
        ("مرحبا.pdf", "مرحبا.pdf"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_name_is_kept_without_its_path_and_without_invisible_characters(
    given: str, kept: str
) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ['a";x="b.png', "a\\\\b", "a%22.png", "ä🥝.png"])
def test_the_header_cannot_be_left_by_a_name(name: str) -> None:
    header = content_disposition(name, "application/pdf")

    assert header.isascii()
    pattern = r"attachment; filename=\"[^\"\\%]*\"; filename\*=UTF-8''[\w.~%-]+"
    assert re.fullmatch(pattern, header, re.ASCII)


@pytest.mark.parametrize(
    ("declared", "first", "served"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("image/png", b"GIF89a", "image/gif"),
        ("image/png", b"<html>", "application/octet-stream"),
        ("image/svg+xml", b"<svg>", "application/octet-stream"),
        ("text/html", b"<html>", "text/html"),
        ("text/plain", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("audio/mp4", b"\x00\x00\x00\x18ftypisom", "audio/mp4"),
        ("video/mp4", b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        ("audio/mpeg", b"ID3\x04", "audio/mpeg"),
        ("audio/webm", b"\x1a\x45\xdf\xa3", "audio/webm"),
        ("image/png", b"", "application/octet-stream"),
    ],
)
def test_the_first_bytes_decide_what_is_shown(declared: str, first: bytes, served: str) -> None:
    assert checked_type(declared, first) == served


def test_a_pattern_is_a_type_or_its_beginning() -> None:
    patterns = ("image/*", "application/pdf")

    assert is_allowed("image/png", patterns)
    assert is_allowed("application/pdf", patterns)
    assert not is_allowed("application/pdfx", patterns)
    assert not is_allowed("text/plain", patterns)


def test_an_upload_knows_nothing_of_its_bot() -> None:
    """Files are found by the bot of the caller, so no id leads to another bot's."""
    assert Upload("c_1", "0" * 28).id == "u_1_" + "0" * 28
