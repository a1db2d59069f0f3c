"""All REST routes; the app mounts each of these as a Blueprint."""

from chalicelib.entrypoints import (
    account_routes,
    agent_routes,
    bot_routes,
    botpress_auth_routes,
    botpress_hitl_routes,
    botpress_hitlnext_routes,
    conversation_routes,
    docs_routes,
    handoff_routes,
    health_routes,
    key_routes,
    notification_routes,
    openapi_routes,
    page_routes,
    reply_routes,
    report_routes,
    settings_routes,
    turn_routes,
    webhook_routes,
)

BOTPRESS = (
    botpress_auth_routes.routes,
    botpress_hitl_routes.routes,
    botpress_hitlnext_routes.routes,
)
"""Its own words and errors, at its own paths."""

PAGES = (page_routes.routes, docs_routes.routes)
"""For people's browsers: no part of the API."""

ROOMS = (
    account_routes.login_routes,
    account_routes.routes,
    agent_routes.routes,
    bot_routes.routes,
    *BOTPRESS,
    conversation_routes.routes,
    handoff_routes.routes,
    health_routes.routes,
    key_routes.routes,
    notification_routes.routes,
    openapi_routes.routes,
    *PAGES,
    reply_routes.routes,
    report_routes.routes,
    settings_routes.routes,
    turn_routes.routes,
    webhook_routes.routes,
)
