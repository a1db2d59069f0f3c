"""The routes of the native API and of its pages.

To add a route, add a row here, its handler in `routes/`, the class of its body in `schemas/`, its
operation in docs/openapi.yaml, and a row in tests/api/calls.py.
"""

from chalicelib.domain.access import Action
from chalicelib.domain.limit_names import LimitName
from chalicelib.entrypoints.http.route import (
    LOGIN_FUNCTION,
    REST_FUNCTION,
    Access,
    Idempotency,
    Route,
)

HANDLERS = "chalicelib.entrypoints.http.routes."
SCHEMAS = "chalicelib.entrypoints.http.schemas."
PAGE_HANDLERS = "chalicelib.entrypoints.http.pages."
LOGIN_ERROR = "chalicelib.entrypoints.http.login_errors:login_error"

AUTH = "/api/v1/auth"
PUSH = AUTH + "/push-subscription"
PERSON = "/api/v1/people/{id}"
BOTS = "/api/v1/bots"
BOT = BOTS + "/{bot}"
ONE = BOT + "/conversations/{id}"
PAGED = ("limit", "cursor")
LISTED = ("cursor",)
"""A list that is cut into pages only if it is too large."""
EMPTY = "parsing:Empty"
FROM_PROVIDER = (
    *("code", "state", "iss", "session_state"),
    *("error", "error_description", "error_uri"),
    *("scope", "authuser", "prompt", "hd"),
)
"""The parameters that OpenID Connect and RFC 9207 send back, and those that Google adds."""
COMMIT, REPLY = Idempotency.COMMIT, Idempotency.REPLY


def _route(
    method: str,
    path: str,
    handler: str,
    access: Action | Access,
    body: str | None = None,
    *,
    people: Action | None = None,
    query: tuple[str, ...] = (),
    idempotency: Idempotency | None = None,
    limit: LimitName | None = None,
    is_limited: bool = True,
    function: str = REST_FUNCTION,
) -> Route:
    return Route(
        method,
        path,
        HANDLERS + handler,
        access,
        body and SCHEMAS + body,
        people=people,
        query=query,
        idempotency=idempotency,
        limit=limit,
        is_limited=is_limited,
        function=function,
    )


def _login(path: str, handler: str) -> Route:
    body = SCHEMAS + "accounts:LoginRequest"
    return Route(
        "POST",
        AUTH + path,
        HANDLERS + handler,
        Access.PUBLIC,
        body,
        function=LOGIN_FUNCTION,
        errors=LOGIN_ERROR,
    )


def _factor(
    method: str,
    path: str,
    handler: str,
    access: Access,
    body: str | None = None,
    *,
    function: str = LOGIN_FUNCTION,
) -> Route:
    module = "chalicelib.entrypoints.http.sign_in.second_factor:"
    return Route(method, path, module + handler, access, body, function=function)


def _sign_on(
    method: str,
    path: str,
    handler: str,
    body: str | None = None,
    *,
    query: tuple[str, ...] = (),
    function: str = LOGIN_FUNCTION,
) -> Route:
    module = "chalicelib.entrypoints.http.sign_in.single_sign_on:"
    return Route(
        method,
        f"{AUTH}/oidc{path}",
        module + handler,
        Access.PUBLIC,
        body,
        query=query,
        function=function,
    )


def _page(path: str, handler: str) -> Route:
    """Pages are not limited: a console loads dozens of files, and an office has one address."""
    return Route("GET", path, PAGE_HANDLERS + handler, Access.PUBLIC, is_limited=False)


ACCOUNTS = (
    _login("/login", "accounts:log_in"),
    _login("/login/basic/{strategy}", "accounts:log_in_with_strategy"),
    _route(
        "POST",
        AUTH + "/refresh",
        "accounts:refresh_tokens",
        Access.PUBLIC,
        "accounts:RefreshRequest",
    ),
    _route("POST", AUTH + "/logout", "accounts:log_out", Access.ENROLLING, EMPTY),
    _route("GET", AUTH + "/logout", "accounts:log_out_with_get", Access.ENROLLING),
    _route(
        "POST",
        AUTH + "/password",
        "accounts:change_password",
        Access.ENROLLING,
        "accounts:PasswordRequest",
        function=LOGIN_FUNCTION,
    ),
    _route(
        "POST",
        AUTH + "/invitation",
        "accounts:accept_invitation",
        Access.PUBLIC,
        "accounts:InvitationRequest",
        function=LOGIN_FUNCTION,
    ),
    _route("GET", AUTH + "/sessions", "accounts:list_sessions", Access.ENROLLING),
    _route("DELETE", AUTH + "/sessions", "accounts:end_other_sessions", Access.ENROLLING),
    _route("DELETE", AUTH + "/sessions/{id}", "accounts:end_session", Access.ENROLLING),
    _route("GET", AUTH + "/me", "accounts:get_account", Access.ENROLLING),
    _route(
        "PUT", AUTH + "/me", "accounts:update_account", Access.PERSON, "accounts:ProfileRequest"
    ),
    _route(
        "GET",
        PUSH,
        "people.push_subscriptions:get_push_subscription",
        Access.PERSON,
    ),
    _route(
        "PUT",
        PUSH,
        "people.push_subscriptions:save_push_subscription",
        Access.PERSON,
        "push_subscriptions:PushSubscriptionRequest",
    ),
    _route(
        "DELETE",
        PUSH,
        "people.push_subscriptions:remove_push_subscription",
        Access.PERSON,
    ),
    _route(
        "POST",
        "/api/v1/socket/ticket",
        "accounts:create_socket_ticket",
        Access.PERSON,
        EMPTY,
        limit=LimitName.TICKETS,
    ),
)

PEOPLE = (
    _route("GET", "/api/v1/people", "people.accounts:list_people", Access.OWNER, query=LISTED),
    _route("DELETE", PERSON, "people.accounts:delete_person", Access.OWNER),
    _route("POST", PERSON + "/disable", "people.accounts:disable_person", Access.OWNER, EMPTY),
    _route("POST", PERSON + "/confirm", "people.accounts:confirm_person", Access.OWNER, EMPTY),
    _route("POST", PERSON + "/enable", "people.accounts:enable_person", Access.OWNER, EMPTY),
    _route(
        "POST",
        PERSON + "/password-reset",
        "people.password_reset:create_password_reset",
        Access.OWNER,
        EMPTY,
    ),
    _route(
        "POST",
        AUTH + "/password/reset",
        "people.password_reset:reset_password",
        Access.PUBLIC,
        "accounts:PasswordResetRequest",
        function=LOGIN_FUNCTION,
    ),
    _route(
        "POST",
        AUTH + "/password/forgotten",
        "people.password_reset:request_password_link",
        Access.PUBLIC,
        "accounts:ForgottenPasswordRequest",
        limit=LimitName.PASSWORD_REQUESTS,
    ),
    _route("GET", PERSON + "/sessions", "people.accounts:list_sessions_of_person", Access.OWNER),
    _route("DELETE", PERSON + "/sessions", "people.accounts:end_sessions_of_person", Access.OWNER),
)

SECOND_FACTOR = (
    _factor(
        "POST",
        AUTH + "/login/totp",
        "log_in_with_code",
        Access.PUBLIC,
        SCHEMAS + "second_factor:CodeLoginRequest",
    ),
    _factor(
        "GET",
        AUTH + "/totp",
        "get_second_factor",
        Access.ENROLLING,
        function=REST_FUNCTION,
    ),
    _factor(
        "POST",
        AUTH + "/totp",
        "create_second_factor",
        Access.ENROLLING,
        SCHEMAS + "second_factor:EnrolmentRequest",
    ),
    _factor(
        "POST",
        AUTH + "/totp/confirm",
        "confirm_second_factor",
        Access.ENROLLING,
        SCHEMAS + "second_factor:CodeRequest",
    ),
    _factor(
        "DELETE",
        AUTH + "/totp",
        "remove_second_factor",
        Access.ENROLLING,
        SCHEMAS + "second_factor:RemovalRequest",
    ),
    _factor(
        "DELETE",
        PERSON + "/totp",
        "remove_second_factor_of_person",
        Access.OWNER,
        function=REST_FUNCTION,
    ),
)

SIGN_ON = (
    _sign_on("GET", "", "get_sign_on", function=REST_FUNCTION),
    _sign_on("GET", "/start", "start_sign_on", query=("challenge",)),
    _sign_on("GET", "/callback", "finish_sign_on", query=FROM_PROVIDER),
    _sign_on("POST", "/token", "log_in_with_sign_on", SCHEMAS + "sign_on:SignOnCodeRequest"),
)

MESSAGES = (
    _route(
        "POST",
        BOT + "/messages",
        "commands:record_message",
        Action.RECORD,
        "messages:MessageRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/messages",
        "commands:send_message",
        Action.RECORD,
        "messages:ConversationMessageRequest",
        people=Action.SAY,
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/typing",
        "commands:send_typing_indicator",
        Action.RECORD,
        "messages:TypingRequest",
    ),
    _route(
        "POST",
        BOT + "/uploads",
        "messages.files:create_upload",
        Action.RECORD,
        "uploads:UploadRequest",
        people=Action.SAY,
        limit=LimitName.UPLOADS,
    ),
    _route("GET", BOT + "/files/{id}", "messages.files:get_file", Action.READ),
    _route("GET", ONE + "/gate", "gate:get_gate", Action.GATE),
    _route("POST", BOT + "/turns", "turns:begin_turn", Action.GATE, "conversations:TurnRequest"),
    _route("POST", BOT + "/turns/{ticket}/commit", "turns:commit_turn", Action.GATE, EMPTY),
)

HANDOFFS = (
    _route(
        "POST",
        BOT + "/pause",
        "commands:pause_conversation_by_address",
        Action.PAUSE_BY_ADDRESS,
        "conversations:PauseByAddressRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/pause",
        "commands:pause_conversation",
        Action.PAUSE,
        "conversations:PauseRequest",
        idempotency=COMMIT,
    ),
    _route(
        "PATCH",
        ONE + "/handoff",
        "commands:update_handoff",
        Action.UPDATE_HANDOFF,
        "conversations:HandoffUpdateRequest",
    ),
    _route(
        "POST",
        ONE + "/unpause",
        "commands:unpause_conversation",
        Action.UNPAUSE,
        "conversations:UnpauseRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/claim",
        "commands:claim_conversation",
        Action.CLAIM,
        "conversations:EpochRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/release",
        "commands:release_conversation",
        Action.RELEASE,
        "conversations:EpochRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/transfer",
        "commands:transfer_conversation",
        Action.TRANSFER,
        "conversations:TransferRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/snooze",
        "commands:snooze_conversation",
        Action.SNOOZE,
        "conversations:SnoozeRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/resend",
        "webhooks:resend_entry",
        Action.SAY,
        "conversations:ResendRequest",
        idempotency=REPLY,
    ),
    _route(
        "GET",
        BOT + "/handoffs",
        "handoffs:list_handoffs",
        Action.READ,
        query=(*PAGED, "status", "queue", "agent", "conversation_id"),
    ),
    _route("GET", BOT + "/handoffs/{id}", "handoffs:get_handoff", Action.READ),
    _route(
        "POST",
        BOT + "/handoffs/{id}/rating",
        "handoffs:rate_handoff",
        Action.RATE,
        "conversations:RatingRequest",
        idempotency=COMMIT,
    ),
)

CONVERSATIONS = (
    _route(
        "GET",
        BOT + "/conversations",
        "conversations:list_conversations",
        Action.READ,
        query=(*PAGED, "status", "queue", "owner", "name", "user"),
    ),
    _route(
        "GET",
        BOT + "/conversations/lookup",
        "conversations:find_conversation",
        Action.READ,
        query=("channel", "user", "thread", "name"),
    ),
    _route(
        "GET",
        BOT + "/search",
        "messages.search:search_messages",
        Action.SEARCH,
        query=(
            *PAGED,
            *("q", "queue", "agent", "outcome", "tag", "channel", "from", "to", "status"),
        ),
        limit=LimitName.SEARCHES,
    ),
    _route("GET", ONE, "conversations:get_conversation", Action.READ),
    _route(
        "GET",
        ONE + "/entries",
        "conversations:list_entries",
        Action.READ,
        query=("limit", "after", "before", "kind"),
        limit=LimitName.TRANSCRIPTS,
    ),
    _route(
        "GET",
        ONE + "/transcript",
        "conversations:get_transcript",
        Action.READ,
        query=("format", "from", "to", "cursor"),
        limit=LimitName.TRANSCRIPTS,
    ),
    _route(
        "GET",
        ONE + "/export",
        "conversations:get_conversation_export",
        Action.EXPORT,
        query=("cursor",),
        limit=LimitName.EXPORTS,
    ),
    _route("GET", ONE + "/user", "conversations:get_user", Action.READ),
    _route("GET", ONE + "/position", "reports:get_queue_position", Action.SEE_AVAILABILITY),
    _route(
        "POST",
        ONE + "/notes",
        "commands:create_note",
        Action.NOTE,
        "conversations:NoteRequest",
        idempotency=COMMIT,
    ),
    _route(
        "POST",
        ONE + "/suggestions",
        "commands:create_suggestion",
        Action.SUGGEST,
        "conversations:TextRequest",
        idempotency=COMMIT,
    ),
    _route("PUT", ONE + "/tags", "commands:set_tags", Action.TAG, "conversations:TagsRequest"),
)

NOTIFICATIONS = (
    _route(
        "POST",
        BOT + "/notifications",
        "notifications:create_notification",
        Action.NOTIFY,
        "admin:NotificationRequest",
        idempotency=COMMIT,
        limit=LimitName.NOTIFICATIONS,
    ),
    _route(
        "GET",
        BOT + "/notifications",
        "notifications:list_notifications",
        Action.READ_NOTIFICATIONS,
        query=PAGED,
    ),
    _route(
        "POST",
        BOT + "/notifications/{id}/read",
        "notifications:mark_notification_read",
        Action.READ_NOTIFICATIONS,
        EMPTY,
    ),
)

AGENTS = (
    _route("GET", "/api/v1/agents/me", "agents:get_own_agent", Access.PERSON),
    _route(
        "PUT",
        "/api/v1/agents/me/status",
        "agents:set_own_status",
        Access.SPOKEN_FOR,
        "accounts:StatusRequest",
    ),
    _route(
        "GET",
        "/api/v1/agents/me/views",
        "messages.saved_views:list_own_views",
        Access.PERSON,
        query=LISTED,
    ),
    _route(
        "PUT",
        "/api/v1/agents/me/views/{name}",
        "messages.saved_views:save_own_view",
        Access.PERSON,
        "saved_views:SavedViewRequest",
    ),
    _route(
        "DELETE",
        "/api/v1/agents/me/views/{name}",
        "messages.saved_views:delete_own_view",
        Access.PERSON,
    ),
    _route(
        "GET",
        BOT + "/views",
        "messages.saved_views:list_team_views",
        Action.SEARCH,
        query=LISTED,
    ),
    _route(
        "PUT",
        BOT + "/views/{name}",
        "messages.saved_views:save_team_view",
        Action.SHARE_VIEWS,
        "saved_views:SavedViewRequest",
    ),
    _route(
        "DELETE",
        BOT + "/views/{name}",
        "messages.saved_views:delete_team_view",
        Action.SHARE_VIEWS,
    ),
    _route("GET", BOT + "/agents", "agents:list_agents", Action.SEE_AGENTS, query=LISTED),
    _route(
        "POST",
        BOT + "/agents",
        "agents:invite_agent",
        Action.CONFIGURE,
        "admin:AgentRequest",
        limit=LimitName.INVITATIONS,
    ),
    _route(
        "PUT",
        BOT + "/agents/{id}",
        "agents:update_agent",
        Action.CONFIGURE,
        "admin:MembershipRequest",
    ),
    _route("DELETE", BOT + "/agents/{id}", "agents:remove_agent", Action.CONFIGURE),
    _route(
        "PUT",
        BOT + "/agents/{id}/status",
        "agents:set_agent_status",
        Action.SET_STATUS,
        "accounts:StatusRequest",
    ),
    _route(
        "POST",
        BOT + "/agents/{id}/invitation",
        "agents:create_invitation",
        Action.CONFIGURE,
        EMPTY,
        limit=LimitName.INVITATIONS,
    ),
)

ADMINISTRATION = (
    _route("GET", BOTS, "bots:list_bots", Access.PERSON, query=LISTED),
    _route("POST", BOTS, "bots:create_bot", Access.OWNER, "admin:BotRequest"),
    _route("GET", BOT, "bots:get_bot", Action.CONFIGURE),
    _route("PUT", BOT, "bots:rename_bot", Action.CONFIGURE, "admin:BotNameRequest"),
    _route("DELETE", BOT, "bots:delete_bot", Action.REMOVE_BOT),
    _route("DELETE", BOT + "/users/{channel}/{user}", "conversations:erase_user", Action.ERASE),
    _route(
        "GET",
        BOT + "/users/{channel}/{user}/export",
        "conversations:get_user_export",
        Action.EXPORT,
        query=("cursor",),
        limit=LimitName.EXPORTS,
    ),
    _route(
        "GET",
        BOT + "/export",
        "conversations:get_bot_export",
        Action.EXPORT,
        query=("cursor",),
        limit=LimitName.EXPORTS,
    ),
    _route("GET", BOT + "/audit", "bots:list_audit_events", Action.SEE_AUDIT, query=PAGED),
    _route("GET", "/api/v1/audit", "bots:list_installation_events", Access.OWNER, query=PAGED),
    _route("GET", BOT + "/keys", "keys:list_keys", Action.CONFIGURE, query=LISTED),
    _route(
        "POST",
        BOT + "/keys",
        "keys:create_key",
        Action.CONFIGURE,
        "admin:KeyRequest",
        limit=LimitName.KEYS,
    ),
    _route(
        "POST",
        BOT + "/keys/{id}/rotate",
        "keys:rotate_key",
        Action.CONFIGURE,
        "admin:RotateKeyRequest",
        limit=LimitName.KEYS,
    ),
    _route("DELETE", BOT + "/keys/{id}", "keys:revoke_key", Action.CONFIGURE),
    _route("GET", BOT + "/webhook", "webhooks:get_webhook", Action.CONFIGURE),
    _route(
        "PUT",
        BOT + "/webhook",
        "webhooks:configure_webhook",
        Action.CONFIGURE,
        "admin:WebhookRequest",
    ),
    _route("DELETE", BOT + "/webhook", "webhooks:delete_webhook", Action.CONFIGURE),
    _route(
        "POST",
        BOT + "/webhook/rotate",
        "webhooks:rotate_webhook_secret",
        Action.CONFIGURE,
        "admin:RotateRequest",
        limit=LimitName.KEYS,
    ),
    _route(
        "POST",
        BOT + "/webhook/test",
        "webhooks:test_webhook",
        Action.CONFIGURE,
        "admin:WebhookTestRequest",
        idempotency=REPLY,
        limit=LimitName.WEBHOOK_TESTS,
    ),
    _route("GET", BOT + "/webhooks", "webhooks:list_webhooks", Action.CONFIGURE, query=LISTED),
    _route(
        "POST",
        BOT + "/webhooks",
        "webhooks:create_webhook",
        Action.CONFIGURE,
        "admin:NewWebhookRequest",
        limit=LimitName.KEYS,
    ),
    _route("GET", BOT + "/webhooks/{id}", "webhooks:get_one_webhook", Action.CONFIGURE),
    _route(
        "PUT",
        BOT + "/webhooks/{id}",
        "webhooks:change_webhook",
        Action.CONFIGURE,
        "admin:ChangedWebhookRequest",
    ),
    _route("DELETE", BOT + "/webhooks/{id}", "webhooks:delete_one_webhook", Action.CONFIGURE),
    _route(
        "POST",
        BOT + "/webhooks/{id}/rotate",
        "webhooks:rotate_one_webhook_secret",
        Action.CONFIGURE,
        "admin:RotateRequest",
        limit=LimitName.KEYS,
    ),
    _route(
        "POST",
        BOT + "/webhooks/{id}/test",
        "webhooks:test_one_webhook",
        Action.CONFIGURE,
        "admin:WebhookTestRequest",
        idempotency=REPLY,
        limit=LimitName.WEBHOOK_TESTS,
    ),
    _route(
        "GET",
        BOT + "/deliveries",
        "webhooks:list_deliveries",
        Action.LISTEN,
        people=Action.SEE_DELIVERIES,
        query=(*PAGED, "status", "after", "events"),
    ),
    _route(
        "POST",
        BOT + "/socket/ticket",
        "webhooks:create_listening_ticket",
        Action.LISTEN,
        EMPTY,
        limit=LimitName.TICKETS,
    ),
    _route("GET", BOT + "/deliveries/{id}", "webhooks:get_delivery", Action.SEE_DELIVERIES),
    _route(
        "POST",
        BOT + "/deliveries/{id}/replay",
        "webhooks:replay_delivery",
        Action.CONFIGURE,
        EMPTY,
        idempotency=REPLY,
        limit=LimitName.WEBHOOK_TESTS,
    ),
)

SETTINGS = (
    _route("GET", BOT + "/queues", "settings:list_queues", Action.SEE_QUEUES, query=LISTED),
    _route(
        "PUT",
        BOT + "/queues/{name}",
        "settings:configure_queue",
        Action.CONFIGURE,
        "settings:QueueRequest",
    ),
    _route("DELETE", BOT + "/queues/{name}", "settings:delete_queue", Action.CONFIGURE),
    _route("GET", BOT + "/settings", "settings:get_settings", Action.CONFIGURE),
    _route(
        "PUT",
        BOT + "/settings",
        "settings:update_settings",
        Action.CONFIGURE,
        "settings:SettingsRequest",
    ),
    _route("GET", BOT + "/texts", "settings:list_built_in_texts", Action.CONFIGURE),
    _route("GET", BOT + "/replies", "settings:list_replies", Action.SEE_REPLIES, query=LISTED),
    _route(
        "PUT",
        BOT + "/replies/{name}",
        "settings:save_reply",
        Action.CONFIGURE,
        "settings:CannedReplyRequest",
    ),
    _route("DELETE", BOT + "/replies/{name}", "settings:delete_reply", Action.CONFIGURE),
    _route(
        "GET", BOT + "/me/replies", "settings:list_own_replies", Action.KEEP_REPLIES, query=LISTED
    ),
    _route(
        "PUT",
        BOT + "/me/replies/{name}",
        "settings:save_own_reply",
        Action.KEEP_REPLIES,
        "settings:CannedReplyRequest",
    ),
    _route("DELETE", BOT + "/me/replies/{name}", "settings:delete_own_reply", Action.KEEP_REPLIES),
)

REPORTS = (
    _route(
        "GET",
        BOT + "/availability",
        "reports:get_availability",
        Action.SEE_AVAILABILITY,
        query=("queue",),
    ),
    _route("GET", BOT + "/report", "reports:get_report", Action.SEE_REPORT, query=("from", "to")),
)

INSTALLATION = (
    _route("GET", "/healthz", "health:check_health", Access.PUBLIC, is_limited=False),
    _route("GET", "/readyz", "health:check_readiness", Access.PUBLIC),
    _page("/openapi.json", "openapi:get_openapi_document"),
    _page("/asyncapi.json", "openapi:get_asyncapi_document"),
)

NATIVE = (
    *ACCOUNTS,
    *PEOPLE,
    *SECOND_FACTOR,
    *SIGN_ON,
    *MESSAGES,
    *HANDOFFS,
    *CONVERSATIONS,
    *NOTIFICATIONS,
    *AGENTS,
    *ADMINISTRATION,
    *SETTINGS,
    *REPORTS,
    *INSTALLATION,
)

PAGES = (
    _page("/", "console:redirect_to_console"),
    _page("/console/{name}", "console:get_console_file"),
    _page("/console/{name}/{file}", "console:get_console_file"),
    _page("/console/r/{release}/{name}", "console:get_console_file"),
    _page("/console/r/{release}/{name}/{file}", "console:get_console_file"),
    _page("/docs/{name}", "api_docs:get_docs_file"),
)
"""The pages for browsers. They are not part of the API."""
