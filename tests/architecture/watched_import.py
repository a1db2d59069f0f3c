"""A program: imports the app of the folder that it is given and prints, one a line, what the app
did to the world meanwhile. Run it in a process of its own, with an empty environment."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from botocore.session import Session

ROOT = sys.argv[1]
OURS = (os.path.join(ROOT, "app.py"), os.path.join(ROOT, "chalicelib", ""))
CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter")
done: list[str] = []


class Watched(MutableMapping[str, str]):
    """An empty environment that tells who looks into it."""

    def __getitem__(self, name: str) -> str:
        _note(f"reads the environment: {name}")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        _note("reads the whole environment")
        return iter(())

    def __len__(self) -> int:
        return 0

    def __setitem__(self, name: str, value: str) -> None:
        _note(f"writes the environment: {name}")

    def __delitem__(self, name: str) -> None:
        _note(f"writes the environment: {name}")


def _note(what: str) -> None:
    """Libraries may ask for settings of their own; our files may not ask for anything."""
    asking = sys._getframe(2)
    while asking.f_code.co_filename.startswith(("<frozen", __file__)):
        assert asking.f_back
        asking = asking.f_back
    while asking.f_code.co_filename == os.__file__ and asking.f_back:
        asking = asking.f_back
    if asking.f_code.co_filename.startswith(OURS):
        done.append(what)


def _watched(name: str) -> Callable[[], Any]:
    clock: Callable[[], Any] = getattr(time, name)

    def read() -> Any:
        if sys._getframe(1).f_code.co_filename.startswith(OURS):
            done.append(f"reads the clock: {name}")
        return clock()

    return read


def _on_audit(event: str, _: object) -> None:
    if event in ("socket.__new__", "subprocess.Popen", "os.system", "os.fork"):
        done.append(event)


class ClientMade(Exception):
    pass


def _no_client(*_: object, **__: object) -> None:
    raise ClientMade


sys.path.insert(0, ROOT)
Session.create_client = _no_client  # type: ignore[assignment, method-assign]
vars(time).update({name: _watched(name) for name in CLOCKS})
vars(os)["environ"] = Watched()
sys.addaudithook(_on_audit)

try:
    import app

    assert app.__file__.startswith(OURS)
except ClientMade:
    done.append("makes a client")
done += [f"starts a thread: {each.name}" for each in threading.enumerate()[1:]]
sys.stdout.write("\n".join(done))
