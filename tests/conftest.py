"""Marks slow tests, and keeps tests that share something in one process."""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent

SLOW = frozenset(
    ("botpress", "browser", "budgets", "deploy", "e2e", "local", "operate", "properties")
)
"""Folders whose tests start an engine, a stack, a browser or valgrind, build the package, or
search at random. Single slow tests elsewhere have the marker `slow` themselves."""

CHAOS = (
    "contract/failures",
    "e2e/operations/test_processes.py",
    "e2e/webhooks",
    "local/test_engine_state.py",
    "operate/test_connection_faults.py",
)
"""Folders and files of the tests that cause faults in a running system: `make chaos`."""

SLOW_FIXTURES = frozenset({"aws", "compiled", "compiled_package", "engine", "on_moto"})
"""AWS in moto or MiniStack, and the TypeScript compiler; `engine` is quick if it is "memory"."""

SHARED = frozenset({"botpress", "deploy", "e2e", "template"})
"""Folders whose tests share one running stack, package or template: each stays in one process."""

SHARED_BY_FOLDER = frozenset({"browser"})
"""Folders whose subfolders stay in one process each. A process that gets several of them starts a
stack for each one."""

LONGEST_FIRST = (
    *("deploy", "browser/conversations", "e2e", "browser/session", "botpress", "browser/pages"),
    *(
        "budgets/test_package.py",
        "browser/admin",
        "browser",
        "api/inputs",
        "budgets/test_memory.py",
    ),
    *("budgets", "properties", "operate", "contract", "clients", "template", "local", "api"),
)
"""The longest groups start first, so that no process waits for one at the end."""


class GroupScheduling(LoadScopeScheduling):
    """Sends each group to one process, in the order of collection.

    This replaces `--dist loadgroup`, which does not group with pytest 9: xdist 3.8 writes the
    group into `_nodeid`, which pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _group(Path(nodeid.partition("::")[0]).parts[1:])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    config.option.loadscopereorder = False
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_slow(item):
            item.add_marker("slow")
        if "/".join(_place(item)).startswith(CHAOS):
            item.add_marker("chaos")
    items.sort(key=lambda item: _turn(_group(_place(item))))


def _is_slow(item: pytest.Item) -> bool:
    if _place(item)[0] in SLOW:
        return True
    call = getattr(item, "callspec", None)
    in_memory = call is not None and call.params.get("engine") == "memory"
    return not in_memory and not SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def _group(place: tuple[str, ...]) -> str:
    """The tests of one group run in one process, one after the other."""
    if place[0] in SHARED_BY_FOLDER:
        return "/".join(place[:2])
    return place[0] if place[0] in SHARED else "/".join(place)


def _turn(group: str) -> int:
    """The place in LONGEST_FIRST of the longest name that the group begins with."""
    names = [name for name in LONGEST_FIRST if group == name or group.startswith(f"{name}/")]
    return LONGEST_FIRST.index(max(names, key=len)) if names else len(LONGEST_FIRST)


def _place(item: pytest.Item) -> tuple[str, ...]:
    """The folders and the file below tests/."""
    return item.path.relative_to(TESTS).parts
