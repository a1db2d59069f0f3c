"""The exact JSON of sessions, handoffs, agents and events."""

from typing import Any

MESSAGE = {
    "id": "{session}:1",
    "type": "text",
    "source": "user",
    "text": "hi C",
    "raw_message": {"type": "text", "text": "hi C"},
    "direction": "in",
    "ts": "$time",
}
SESSION = {
    "id": "{session}",
    "botId": "{bot}",
    "channel": "web",
    "threadId": "T1",
    "lastEventOn": "$time",
    "lastHeardOn": "$time",
    "isPaused": False,
    "pausedBy": None,
    "lastMessage": MESSAGE,
    "user": {"id": "C", "fullName": "Zed", "avatarUrl": None, "attributes": {"language": "fr"}},
}
PAUSED = {**SESSION, "isPaused": True, "pausedBy": "operator"}
TRANSCRIPT = [{**MESSAGE, "session_id": "{session}"}]


HANDOFF: dict[str, Any] = {
    "id": "{handoff}",
    "botId": "{bot}",
    "agentId": None,
    "userId": "C",
    "userThreadId": "T1",
    "userChannel": "web",
    "agentThreadId": None,
    "status": "pending",
    "tags": None,
    "assignedAt": None,
    "resolvedAt": None,
    "createdAt": "$time",
    "updatedAt": "$time",
    "comments": [],
    "user": {"id": "C", "attributes": {"language": "fr", "fullName": "Zed"}},
    "userConversation": {
        "id": "{session}:1",
        "direction": "incoming",
        "botId": "{bot}",
        "channel": "web",
        "success": None,
        "createdOn": "$time",
        "threadId": "T1",
        "type": "text",
        "event": {"preview": "hi C", "payload": {"type": "text", "text": "hi C"}},
    },
}
ASSIGNED = {
    **HANDOFF,
    "status": "assigned",
    "agentId": "{ana's id}",
    "agentThreadId": "{session}",
    "assignedAt": "$time",
}
RESOLVED = {**ASSIGNED, "status": "resolved", "resolvedAt": "$time"}
REJECTED = {**HANDOFF, "status": "rejected", "resolvedAt": "$time"}
COMMENT = {
    "id": "$text",
    "agentId": "{ana's id}",
    "handoffId": "{handoff}",
    "threadId": "T1",
    "content": "note",
    "createdAt": "$time",
    "updatedAt": "$time",
}
OPEN = ("talked", "requested")
OWNED = (*OPEN, "ana online", "assigned")


def wanted(**more: Any) -> dict[str, Any]:
    return {"userId": "C", "userThreadId": "T1", "userChannel": "web", **more}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in wanted().items() if key != name}


def agent(name: str, role: str = "agent", *, online: bool = False) -> dict[str, Any]:
    return {
        "email": f"{{{name}'s email}}",
        "strategy": "default",
        "role": role,
        "workspace": "default",
        "attributes": {"firstname": name.title(), "lastname": "", "picture_url": None},
        "agentId": f"{{{name}'s id}}",
        "online": online,
    }


PERMISSIONS = [
    {"res": "*", "op": "+r"},
    {"res": "module.hitl", "op": "+r+w"},
    {"res": "module.hitlnext", "op": "+r+w"},
    {"res": "module.hitlnext.reject", "op": "+r+w"},
]
PROFILE = {
    "firstname": "Ana",
    "lastname": "",
    "email": "{ana's email}",
    "picture_url": None,
    "strategyType": "basic",
    "strategy": "default",
    "isSuperAdmin": False,
    "fullName": "Ana",
    "permissions": PERMISSIONS,
}
EVENT = {
    "id": "{session}:1",
    "direction": "incoming",
    "botId": "{bot}",
    "channel": "web",
    "threadId": "T1",
    "target": "C",
    "type": "text",
    "createdOn": "$time",
}
STORED = {
    **EVENT,
    "messageId": "m1",
    "sessionId": "{bot}::web::C::T1",
    "incomingEventId": None,
    "workflowId": None,
    "feedback": None,
    "success": None,
    "event": {**EVENT, "preview": "hi C", "payload": {"type": "text", "text": "hi C"}},
}
HANDOFFS = "POST hitlnext/handoffs"
ONE = "POST hitlnext/handoffs/{handoff}"
