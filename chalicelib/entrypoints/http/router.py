"""All routes that the app serves: the native API, its pages, and those of the plug-ins."""

from collections.abc import Iterator

from chalicelib.entrypoints.http.route import Route
from chalicelib.entrypoints.http.route_table import NATIVE, PAGES
from chalicelib.loading import load
from chalicelib.plugins import PLUGINS


def all_routes() -> Iterator[Route]:
    yield from NATIVE
    yield from PAGES
    for plugin in PLUGINS:
        yield from load(f"{plugin}.routes:ROUTES")
