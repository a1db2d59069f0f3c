"""Imports what first calls would import, before SnapStart takes its snapshot of a function."""

from collections.abc import Iterable
from importlib import import_module

from chalicelib.entrypoints.http.route import Route
from chalicelib.loading import load, loading

HANDLERS = (
    "chalicelib.entrypoints.websocket.handlers",
    "chalicelib.entrypoints.events.minute",
    "chalicelib.entrypoints.events.stream",
    "chalicelib.entrypoints.events.webhook_queue",
)


def load_handlers(routes: Iterable[Route]) -> None:
    for route in routes:
        for name in filter(None, (route.handler, route.body, route.identify, route.errors)):
            load(name)
    with loading():
        for module in HANDLERS:
            import_module(module)
