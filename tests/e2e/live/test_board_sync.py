"""The console receives the whole board in pages that fit into frames."""

import json

from chalicelib.domain.access import Role
from tests.e2e.bot_setup import BotSetup
from tests.support.network.websocket import Frame, WebSocketClient

PAGE_BYTES = 128 * 1024


def test_a_sync_brings_the_whole_board_in_pages_that_fit_a_frame(scene: BotSetup) -> None:
    paused = [scene.pause(f"user-{n}", reason="x" * 1000)["id"] for n in range(105)]

    with scene.person("Ana").connect() as socket:
        pages = every_page(socket)

    found = [head["id"] for page in pages for head in page["heads"]]
    assert sorted(found) == sorted(paused)
    assert len(pages) > 1
    assert max(size_of(page) for page in pages) < PAGE_BYTES


def test_the_largest_possible_heads_fit_into_frames(scene: BotSetup) -> None:
    """Quotes take two characters of JSON."""
    for number in range(36):
        user = {"id": f"{number:03d}".ljust(128, '"'), "name": "💥" * 64}
        place = {"channel": '"' * 32, "thread": '"' * 128}
        scene.user_says(user, '"' * 10_000, **place)
        head = scene.pause(user, reason='"' * 1000, queue='"' * 32, **place)
        tags = [f"{tag}".ljust(24, '"') for tag in range(10)]
        scene.rest.put(scene.one(head["id"], "tags"), {"tags": tags})

    with scene.person("Sam", Role.SUPERVISOR).connect() as socket:
        pages = every_page(socket)

    assert sum(len(page["heads"]) for page in pages) == 36
    assert max(size_of(page) for page in pages) < PAGE_BYTES


def test_a_sync_cursor_works_only_for_its_person(scene: BotSetup) -> None:
    for number in range(101):
        scene.pause(f"user-{number}")
    with scene.person("Ana").connect() as socket, scene.person("Bo").connect() as other:
        cursor = socket.do("sync")["next"]

        refused = other.ask("sync", cursor=cursor)

    assert refused["error"]["code"] == "invalid_request"


def every_page(socket: WebSocketClient) -> list[Frame]:
    pages = [socket.do("sync")]
    while pages[-1]["next"]:
        pages.append(socket.do("sync", cursor=pages[-1]["next"]))
    return pages


def size_of(page: Frame) -> int:
    """As it came in its frame, in bytes of UTF-8."""
    return len(json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode())
