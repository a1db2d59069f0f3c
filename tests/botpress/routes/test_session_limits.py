"""Botpress' clients know no refresh tokens: they exchange an access token for the next one."""

import pytest

from tests.api.conversation_setup import ok
from tests.support.api import Api
from tests.support.services import HOUR, MemoryServices

MINUTE = 60 * 1000


@pytest.mark.parametrize(
    ("every", "lasts"), [(10 * MINUTE, 7 * 24 * HOUR), (16 * MINUTE, 16 * MINUTE)]
)
def test_an_access_token_is_renewed_until_the_sessions_limits(every: int, lasts: int) -> None:
    services = MemoryServices()
    nobody, began = Api(services), services.clock.now()
    login = {"email": "ana@example.test", "password": "ana-demo"}
    token = ok(nobody.post("/auth/login", login))["payload"]["token"]

    while (answer := nobody.as_(token).get("/auth/refresh")).status == 200:
        token = answer.json["payload"]["newToken"]["jwt"]
        services.clock.advance(every)

    assert services.clock.now() - began == lasts
