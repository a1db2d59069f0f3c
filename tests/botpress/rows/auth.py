"""Logging in."""

from typing import Any

from tests.botpress.rows.objects import PROFILE
from tests.botpress.rows.row import Row, error, unauthorized

STRATEGIES = {
    "strategies": [
        {
            "strategyType": "basic",
            "strategyId": "default",
            "label": "$text",
            "hidden": False,
            "loginUrl": "/login/basic/default",
            "registerUrl": "$text",
        }
    ],
    "isFirstUser": False,
}
LOGIN = {"email": "{ana's email}", "password": "correct horse battery staple"}
WRONG = error(401, "BP_0009", "InvalidCredentialsError", "Invalid credentials")


def success(payload: Any, message: str = "$text") -> dict[str, Any]:
    return {"status": "success", "message": message, "payload": payload}


LOGGED_IN = success(
    {"token": "$text", "jwt": "$text", "exp": 900_000, "refresh": "$text"}, "Login successful"
)
LOGINS = (
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/login/basic/default",
    "POST /api/v1/admin/auth/login/basic/default",
    "POST /api/v2/admin/auth/login/basic/default",
)

AUTH = [
    *(Row(f"{path}: in", "nobody", path, 200, LOGGED_IN, (), LOGIN) for path in LOGINS),
    *(
        Row(f"{path}: a wrong password", "nobody", path, 401, WRONG, (), {**LOGIN, "password": "x"})
        for path in LOGINS
    ),
    *(
        Row(
            f"{path}: no e-mail",
            "nobody",
            path,
            400,
            error(400, "BP_0040", "BadRequestError", "$text"),
            (),
            {"password": "x"},
        )
        for path in LOGINS
    ),
    Row("config", "nobody", "GET /api/v1/auth/config", 200, success(STRATEGIES)),
    Row("admin's config", "nobody", "GET /api/v1/admin/auth/config", 200, success(STRATEGIES)),
    Row(
        "refresh",
        "ana",
        "GET /api/v1/auth/refresh",
        200,
        success({"newToken": {"jwt": "$text", "exp": 900_000}}),
    ),
    Row(
        "refresh nothing",
        "nobody",
        "GET /api/v1/auth/refresh",
        401,
        unauthorized("Authorization header is missing"),
    ),
    Row("ping", "ana", "GET /api/v1/admin/ping", 200, success({"serverId": "$text"}, "Pong")),
    Row(
        "ping without a token",
        "nobody",
        "GET /api/v1/admin/ping",
        401,
        unauthorized("Authorization header is missing"),
    ),
    Row(
        "ping with nonsense",
        "nobody",
        "GET /api/v1/admin/ping",
        401,
        unauthorized("Invalid authentication token"),
        headers={"Authorization": "Bearer x.y.z"},
    ),
    Row(
        "profile",
        "ana",
        "GET /api/v1/admin/user/profile",
        200,
        success(PROFILE),
        headers={"X-BP-Workspace": "default"},
    ),
    Row(
        "profile without a workspace",
        "ana",
        "GET /api/v1/admin/user/profile",
        400,
        error(
            400,
            "BP_0006",
            "InvalidOperationError",
            "Invalid operation: Workspace is missing. Set header X-BP-Workspace",
        ),
    ),
]
