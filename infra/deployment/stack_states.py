"""The table of what must happen to a stack in each status before it can be deployed."""

from collections.abc import Mapping
from enum import Enum


class Remedy(Enum):
    """`CREATE` and `UPDATE` are the two kinds of change sets. `CLEAR` deletes a failed stack,
    `FINISH_ROLLBACK` lets CloudFormation go on with a rollback that has stopped, and `BY_HAND`
    leaves the decision to a person."""

    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"
    CLEAR = "clear"
    FINISH_ROLLBACK = "finish the rollback"
    BY_HAND = "by hand"


CREATED_FOR_REVIEW = "REVIEW_IN_PROGRESS"
"""The stack has only a change set and no resources yet."""

REMEDIES: Mapping[str, Remedy] = {
    CREATED_FOR_REVIEW: Remedy.CREATE,
    "DELETE_COMPLETE": Remedy.CREATE,
    **dict.fromkeys(
        (
            "CREATE_COMPLETE",
            "IMPORT_COMPLETE",
            "IMPORT_ROLLBACK_COMPLETE",
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
        ),
        Remedy.UPDATE,
    ),
    **dict.fromkeys(
        (
            "CREATE_IN_PROGRESS",
            "DELETE_IN_PROGRESS",
            "IMPORT_IN_PROGRESS",
            "IMPORT_ROLLBACK_IN_PROGRESS",
            "ROLLBACK_IN_PROGRESS",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_IN_PROGRESS",
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_IN_PROGRESS",
        ),
        Remedy.WAIT,
    ),
    **dict.fromkeys(
        ("CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"), Remedy.CLEAR
    ),
    "UPDATE_ROLLBACK_FAILED": Remedy.FINISH_ROLLBACK,
    "UPDATE_FAILED": Remedy.BY_HAND,
    "IMPORT_ROLLBACK_FAILED": Remedy.BY_HAND,
}
"""A row for each status in CloudFormation's API."""

REASONS: Mapping[str, str] = {
    "CREATE_FAILED": "its creation failed, and it was not rolled back",
    "DELETE_FAILED": "its deletion failed",
    "ROLLBACK_COMPLETE": "its creation failed and was rolled back",
    "ROLLBACK_FAILED": "its creation failed, and so did the rollback",
    "UPDATE_ROLLBACK_FAILED": "an update failed, and so did the rollback",
    "UPDATE_FAILED": "an update failed, and its rollback was switched off",
    "IMPORT_ROLLBACK_FAILED": "an import of resources failed, and so did the rollback",
}


def remedy_of(status: str | None) -> Remedy:
    """`status` is None if there is no stack."""
    return Remedy.CREATE if status is None else REMEDIES.get(status, Remedy.BY_HAND)
