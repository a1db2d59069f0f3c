"""An unknown path beside Botpress' routes is refused in their shape."""

import pytest

from chalicelib.botpress.routes import PACKAGE
from chalicelib.entrypoints.http.unknown_routes import error_shape
from chalicelib.loading import load


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/bots/demo/mod/hitl/nothing", "errors:hitl_error"),
        ("/api/v1/bots/demo/mod/hitlnext/a/b/c", "errors:hitlnext_error"),
        ("/api/v2/admin/nothing", "errors:admin_error"),
    ],
)
def test_the_404_has_the_shape_of_the_module(path: str, shape: str) -> None:
    assert error_shape(path) == PACKAGE + shape
    assert callable(load(error_shape(path)))
