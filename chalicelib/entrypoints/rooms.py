"""All REST routes; the app mounts each of these as a Blueprint."""

from chalicelib.entrypoints import (
    account_routes,
    agent_routes,
    botpress_routes,
    conversation_routes,
    health_routes,
    notification_routes,
)

ROOMS = (
    account_routes.login_routes,
    account_routes.routes,
    agent_routes.routes,
    botpress_routes.routes,
    conversation_routes.routes,
    health_routes.routes,
    notification_routes.routes,
)
