"""No answer is larger than 1 MB, however much a bot has stored.

Fact 17 of docs/aws.md.
"""

import json
from collections.abc import Mapping

import pytest

from tests.api.calls import NATIVE, ROWS, best_caller, filled
from tests.api.conversation_setup import BOT, ok
from tests.api.full_bot import HANDOFFS, MEGABYTE, full_bot, last
from tests.support.api import Api

LISTS = [path for method, path in NATIVE if method == "GET"]


@pytest.fixture(scope="module")
def full() -> Api:
    return full_bot()


def test_no_list_or_document_is_larger_than_a_megabyte(full: Api) -> None:
    ana, conversation = full.login("ana"), last(full)

    for path in LISTS:
        sent = filled(path, conversation).replace("user=u-1", "user=u-119&thread=" + "t" * 128)
        answer = best_caller(("GET", path), full, ana)[0].get(sent)
        assert len(answer.text.encode()) < MEGABYTE, path


def test_the_pages_of_an_export_hold_each_queue_once(full: Api) -> None:
    owner, queues, pages = full.login("owner"), list[str](), 0
    cursor: Mapping[str, str] = {}
    while True:
        answer = owner.get(f"{BOT}/export", **cursor)
        assert len(answer.text.encode()) < MEGABYTE
        found = [json.loads(line) for line in answer.text.splitlines()]
        queues += [line["name"] for line in found if line["record"] == "queue"]
        if found[-1]["record"] != "queue":
            break
        pages, cursor = pages + 1, {"cursor": answer.headers["Baton-Next"]}

    assert pages >= 1
    assert len(queues) == len(set(queues)) >= 2000


def test_the_pages_of_a_large_list_hold_each_item_once(full: Api) -> None:
    owner = full.login("owner")
    sizes = {"replies": 100, "queues": 2000, "keys": 2000, "handoffs": 220, "notifications": 120}

    for name, expected in sizes.items():
        seen: list[str] = []
        cursor: Mapping[str, str] = {}
        while True:
            answer = ok(owner.get(f"{BOT}/{name}", **cursor))
            seen += [item.get("id") or item["name"] for item in answer["items"]]
            if answer["next"] is None:
                break
            cursor = {"cursor": answer["next"]}
        assert len(seen) == len(set(seen)) >= expected, name


def test_the_handoffs_of_one_conversation_are_paged_too(full: Api) -> None:
    seen: list[str] = []
    query = {"conversation_id": last(full)}
    while True:
        answer = ok(full.get(f"{BOT}/handoffs", **query))
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        query["cursor"] = answer["next"]

    assert len(seen) == len(set(seen)) == HANDOFFS


def test_an_ambiguous_address_names_twenty_candidates_and_their_number(full: Api) -> None:
    answer = full.post(f"{BOT}/pause", {"channel": "web", "user": "same"})

    assert answer.status == 409
    assert len(answer.json["candidates"]) == 20
    assert answer.json["candidates_total"] == 120


def test_no_change_is_answered_with_more_than_a_megabyte(full: Api) -> None:
    """The last test of this file, because it changes the full bot."""
    ana, conversation = full.login("ana"), last(full)
    changes = [(m, p) for m, p in NATIVE if m not in ("GET", "DELETE") and "/auth/" not in p]
    succeeded = 0

    for method, path in changes:
        caller, name = best_caller((method, path), full, ana)
        body = ROWS[method, path].body_from(name)
        answer = caller.send(method, filled(path, conversation), body)
        assert len(answer.text.encode()) < MEGABYTE, path
        succeeded += answer.status < 300

    assert succeeded > 10
