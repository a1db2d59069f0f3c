"""CloudFormation in memory: stacks with their statuses, change sets, events and policies.

The statuses, refusals and their texts are those of AWS's documentation ("View stack events",
"Troubleshooting CloudFormation", "Prevent updates to stack resources").
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.deployment.fake_account.aws import OWNER, REGION, Refused

Params = Mapping[str, Any]
REPLACING = frozenset({"KeySchema", "FifoQueue", "TopicName", "EndpointType"})
"""Properties whose change replaces the resource."""
NO_CHANGES = "The submitted information didn't contain changes. Submit different information."


@dataclass
class FakeStack:
    """`resources` maps logical names to (type, physical name, status)."""

    name: str
    status: str
    template: dict[str, Any] = field(default_factory=lambda: {"Resources": {}})
    parameters: dict[str, str] = field(default_factory=dict)
    resources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    policy: dict[str, Any] | None = None
    protected: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"arn:aws:cloudformation:{REGION}:{OWNER}:stack/{self.name}/1"


class FakeCloudFormation:
    """`read` returns a file of the bucket by its URL. `create` and `delete` are told of each
    resource that begins or ends. The next execution fails with the reasons in `failures`, by
    logical name; `undeletable` are logical names that cannot be deleted. `interruption` is raised
    while the next change set is executed, which goes on."""

    def __init__(
        self,
        read: Callable[[str], bytes],
        create: Callable[[str, str, Mapping[str, str]], None],
        delete: Callable[[str, str], None],
    ) -> None:
        self.stacks: dict[str, FakeStack] = {}
        self.deleted: list[FakeStack] = []
        self.failures: dict[str, str] = {}
        self.undeletable: set[str] = set()
        self.interruption: BaseException | None = None
        self.rollback_fails = False
        self.policies_while_executing: list[dict[str, Any] | None] = []
        self._change_sets: dict[str, dict[str, Any]] = {}
        self._read, self._create, self._delete = read, create, delete
        self._numbers = count(1)

    def describe_stacks(self, params: Params) -> Any:
        stack = self._find(params["StackName"])
        found = self._described(stack)
        # Whoever has asked for a stack in motion finds it at its end the next time.
        stack.status = ENDINGS.get(stack.status, stack.status)
        return {"Stacks": [found]}

    def get_template(self, params: Params) -> Any:
        assert params["TemplateStage"] == "Original"
        return {"TemplateBody": json.dumps(self._find(params["StackName"]).template)}

    def list_stack_resources(self, params: Params) -> Any:
        stack = self._find(params["StackName"])
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": logical,
                    "PhysicalResourceId": physical,
                    "ResourceType": type,
                    "ResourceStatus": status,
                    "LastUpdatedTimestamp": datetime.now(UTC),
                }
                for logical, (type, physical, status) in stack.resources.items()
            ]
        }

    def describe_stack_events(self, params: Params) -> Any:
        return {"StackEvents": self._find(params["StackName"]).events[::-1]}

    def create_change_set(self, params: Params) -> Any:
        name, kind = params["StackName"], params["ChangeSetType"]
        stack = self.stacks.get(name)
        if kind == "UPDATE":
            if stack is None:
                raise Refused("ValidationError", f"Stack [{name}] does not exist")
            if not stack.status.endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE")) and (
                stack.status != "UPDATE_ROLLBACK_COMPLETE"
            ):
                text = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
                raise Refused("ValidationError", text)
        elif stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise Refused("AlreadyExistsException", f"Stack [{name}] already exists")
        else:
            stack = self.stacks[name] = FakeStack(name, "REVIEW_IN_PROGRESS")
        template = json.loads(self._read(params["TemplateURL"]))
        tags = {each["Key"]: each["Value"] for each in params.get("Tags", [])}
        parameters = self._parameters(template, stack, params["Parameters"])
        changes = self._changes(stack, template, tags)
        if stack.parameters != parameters and not changes and kind == "UPDATE":
            changes = [_change("Modify", "Configured", "AWS::SNS::Subscription", "False")]
        self._change_sets[params["ChangeSetName"]] = {
            "template": template,
            "tags": tags,
            "parameters": parameters,
            "changes": changes,
        }
        return {"Id": params["ChangeSetName"], "StackId": stack.id}

    def describe_change_set(self, params: Params) -> Any:
        made = self._change_sets[params["ChangeSetName"]]
        changes = [{"Type": "Resource", "ResourceChange": each} for each in made["changes"]]
        if not changes:
            return {"Status": "FAILED", "StatusReason": NO_CHANGES, "Changes": []}
        return {"Status": "CREATE_COMPLETE", "Changes": changes}

    def delete_change_set(self, params: Params) -> None:
        del self._change_sets[params["ChangeSetName"]]

    def execute_change_set(self, params: Params) -> None:
        stack = self.stacks[params["StackName"]]
        self._execute(stack, params)
        if self.interruption:
            interruption, self.interruption = self.interruption, None
            under_way = {end: start for start, end in ENDINGS.items()}
            stack.status = under_way[stack.status]
            raise interruption

    def _execute(self, stack: FakeStack, params: Params) -> None:
        made = self._change_sets.pop(params["ChangeSetName"])
        creates = stack.status == "REVIEW_IN_PROGRESS"
        self.policies_while_executing.append(stack.policy)
        failures = self.failures or _denied(stack.policy, made["changes"])
        self.failures = {}
        if creates:
            stack.parameters, stack.tags = made["parameters"], made["tags"]
            stack.template = made["template"]
        if failures and not creates:
            self._fail_events(stack, failures)
            failed = "UPDATE_ROLLBACK_FAILED" if self.rollback_fails else "UPDATE_ROLLBACK_COMPLETE"
            stack.status = failed
            return
        for name, resource in made["template"]["Resources"].items():
            if name not in failures and stack.resources.get(name, ("", "", ""))[2] != DONE:
                physical = f"{stack.name}-{name}-{next(self._numbers)}"
                if resource["Type"] == "AWS::S3::Bucket":
                    physical = physical.lower()
                stack.resources[name] = (resource["Type"], physical, DONE)
                self._create(resource["Type"], physical, made["tags"])
        if failures:
            self._fail_events(stack, failures)
            for name, resource in made["template"]["Resources"].items():
                if name not in failures:
                    self._remove(stack, name, resource)
            stack.status = "ROLLBACK_FAILED" if self.rollback_fails else "ROLLBACK_COMPLETE"
            return
        for name in [name for name in stack.resources if name not in made["template"]["Resources"]]:
            self._remove(stack, name, stack.template["Resources"][name])
        stack.template, stack.tags = made["template"], made["tags"]
        stack.parameters = made["parameters"]
        stack.outputs = self._outputs(stack)
        stack.status = "CREATE_COMPLETE" if creates else "UPDATE_COMPLETE"
        self._event(stack, stack.name, stack.status)

    def delete_stack(self, params: Params) -> None:
        stack = self._find(params["StackName"])
        retained = params.get("RetainResources", [])
        if stack.protected:
            text = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            raise Refused("ValidationError", text)
        if retained and stack.status != "DELETE_FAILED":
            raise Refused("ValidationError", "RetainResources is for stacks in DELETE_FAILED")
        stuck = self.undeletable & set(stack.resources) - set(retained)
        for name in list(stack.resources):
            if name not in stuck and name not in retained:
                self._remove(stack, name, stack.template["Resources"].get(name, {}))
        if stuck:
            for name in stuck:
                type, physical, _ = stack.resources[name]
                stack.resources[name] = (type, physical, "DELETE_FAILED")
                self._event(stack, name, "DELETE_FAILED", "It is in use.")
            stack.status = "DELETE_FAILED"
            return
        stack.status = "DELETE_COMPLETE"
        self.deleted.append(self.stacks.pop(stack.name))

    def continue_update_rollback(self, params: Params) -> None:
        stack = self._find(params["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise Refused("ValidationError", f"{stack.name} is in {stack.status}")
        if self.rollback_fails:
            self._event(stack, "Stuck", "UPDATE_FAILED", "It is in use.")
            return
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    def set_stack_policy(self, params: Params) -> None:
        self._find(params["StackName"]).policy = json.loads(params["StackPolicyBody"])

    def update_termination_protection(self, params: Params) -> Any:
        stack = self._find(params["StackName"])
        stack.protected = params["EnableTerminationProtection"]
        return {"StackId": stack.id}

    def _find(self, name: str) -> FakeStack:
        for stack in (*self.stacks.values(), *reversed(self.deleted)):
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Refused("ValidationError", f"Stack with id {name} does not exist")

    def _described(self, stack: FakeStack) -> dict[str, Any]:
        parameters = [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in stack.parameters.items()
        ]
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in stack.outputs.items()]
        return {
            "StackName": stack.name,
            "StackId": stack.id,
            "StackStatus": stack.status,
            "CreationTime": datetime.now(UTC),
            "Parameters": parameters,
            "Outputs": outputs,
            "EnableTerminationProtection": stack.protected,
        }

    def _parameters(
        self, template: Params, stack: FakeStack, given: list[dict[str, Any]]
    ) -> dict[str, str]:
        declared = template.get("Parameters", {})
        values = {name: str(each.get("Default", "")) for name, each in declared.items()}
        for each in given:
            key = each["ParameterKey"]
            previous = each.get("UsePreviousValue")
            values[key] = stack.parameters[key] if previous else each["ParameterValue"]
        return values

    def _changes(
        self, stack: FakeStack, template: Params, tags: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        old, new = stack.template["Resources"], template["Resources"]
        changes = [_change("Add", name, new[name]["Type"]) for name in new if name not in old]
        changes += [_change("Remove", name, old[name]["Type"]) for name in old if name not in new]
        for name in old.keys() & new.keys():
            before, after = old[name].get("Properties", {}), new[name].get("Properties", {})
            different = {key for key in before | after if before.get(key) != after.get(key)}
            if different:
                replaced = "True" if different & REPLACING else "False"
                changes.append(_change("Modify", name, new[name]["Type"], replaced))
            elif stack.tags != tags:
                changes.append(_change("Modify", name, new[name]["Type"], "False", ["Tags"]))
        return changes

    def _remove(self, stack: FakeStack, name: str, resource: Params) -> None:
        type, physical, _ = stack.resources[name]
        if resource.get("DeletionPolicy") == "Retain":
            stack.resources[name] = (type, physical, "DELETE_SKIPPED")
        else:
            stack.resources[name] = (type, physical, "DELETE_COMPLETE")
            self._delete(type, physical)

    def _outputs(self, stack: FakeStack) -> dict[str, str]:
        outputs: dict[str, Any] = stack.template.get("Outputs", {})
        return {name: stack.resources[each["Value"]["Ref"]][1] for name, each in outputs.items()}

    def _fail_events(self, stack: FakeStack, failures: Mapping[str, str]) -> None:
        for name, reason in failures.items():
            self._event(stack, name, "CREATE_FAILED", reason)

    def _event(self, stack: FakeStack, name: str, status: str, reason: str = "") -> None:
        stack.events.append(
            {
                "StackId": stack.id,
                "StackName": stack.name,
                "EventId": f"event-{next(self._numbers)}",
                "Timestamp": datetime.now(UTC),
                "LogicalResourceId": name,
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }
        )


DONE = "CREATE_COMPLETE"
ENDINGS = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
}


def _change(
    action: str, name: str, type: str, replacement: str = "", scope: list[str] | None = None
) -> dict[str, Any]:
    change: dict[str, Any] = {"Action": action, "LogicalResourceId": name, "ResourceType": type}
    if replacement:
        change |= {"Replacement": replacement, "Scope": scope or ["Properties"]}
    return change


def _denied(policy: Params | None, changes: list[dict[str, Any]]) -> dict[str, str]:
    """The changes that the stack policy denies."""
    denied = {}
    for change in changes:
        loss = {"Remove": "Update:Delete"}.get(change["Action"])
        loss = "Update:Replace" if change.get("Replacement") == "True" else loss
        for statement in (policy or {"Statement": []})["Statement"]:
            name = f"LogicalResourceId/{change['LogicalResourceId']}"
            types = statement.get("Condition", {}).get("StringEquals", {}).get("ResourceType", [])
            if (
                statement["Effect"] == "Deny"
                and loss in statement["Action"]
                and change["ResourceType"] in types
                and name not in statement.get("NotResource", [])
            ):
                reason = f"Action denied by stack policy: Statement [{change}]"
                denied[change["LogicalResourceId"]] = reason
    return denied
