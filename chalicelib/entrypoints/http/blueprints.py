"""All REST routes; the app mounts each of these as a Blueprint."""

from chalicelib.botpress import auth_routes, hitl_routes, hitlnext_routes
from chalicelib.entrypoints.http.pages import api_docs, console, openapi
from chalicelib.entrypoints.http.routes import (
    accounts,
    agents,
    bots,
    conversations,
    handoffs,
    health,
    keys,
    notifications,
    replies,
    reports,
    settings,
    turns,
    webhooks,
)

BOTPRESS = (
    auth_routes.routes,
    hitl_routes.routes,
    hitlnext_routes.routes,
)
"""Its own words and errors, at its own paths."""

PAGES = (console.routes, api_docs.routes)
"""For people's browsers: no part of the API."""

BLUEPRINTS = (
    accounts.login_routes,
    accounts.routes,
    agents.routes,
    bots.routes,
    *BOTPRESS,
    conversations.routes,
    handoffs.routes,
    health.routes,
    keys.routes,
    notifications.routes,
    openapi.routes,
    *PAGES,
    replies.routes,
    reports.routes,
    settings.routes,
    turns.routes,
    webhooks.routes,
)
