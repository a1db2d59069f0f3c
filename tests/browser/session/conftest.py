from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page


@pytest.fixture
def open_console(open_console: Callable[..., Page]) -> Callable[..., Page]:
    """The tests here end sessions, cut connections and replace what the browser offers: each page
    is new."""
    return partial(open_console, new=True)
