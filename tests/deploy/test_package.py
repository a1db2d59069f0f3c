"""`make package` writes a valid template, and a zip for the architecture of the functions."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.packaging import package
from infra.packaging.package import PACKAGE, PLATFORMS, TEMPLATE, PackagingError, Target
from infra.supply_chain.sbom import SBOM
from infra.template.functions import HOLD_SECRET
from infra.template.names import FUNCTIONS
from tests.deploy.conftest import host
from tests.supply_chain.test_sbom import PERMISSIVE, licences
from tests.template.expansion import evaluated, packaged_template

MEGABYTE = 1_000_000
ELF_MACHINE = slice(18, 20)
AARCH64 = b"\xb7\x00"
NO_VALUE = {"Ref": "AWS::NoValue"}
CFN_LINT = Path(sys.executable).with_name("cfn-lint")


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    found = template["Resources"].items()
    return {name: each["Properties"] for name, each in found if each["Type"] == kind}


def test_cfn_lint_accepts_the_templates_in_three_regions_and_finds_a_planted_fault(
    tmp_path: Path,
) -> None:
    """One process checks all of them, because cfn-lint takes seconds to start."""
    made = {stage: packaged_template(stage) for stage in ("dev", "prod")}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "soon"}}
    made["wrong"] = {"Resources": {"Queue": queue}}
    for name, template in made.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
    regions = ("us-east-1", "eu-central-1", "sa-east-1")

    answer = subprocess.run(
        [str(CFN_LINT), str(tmp_path / "*.json"), "--format", "parseable", "--regions", *regions],
        capture_output=True,
        text=True,
        timeout=400,
    )

    found = {line.partition(":")[0] for line in answer.stdout.splitlines()}
    assert {Path(file).stem for file in found} == {"wrong"}, answer.stdout + answer.stderr
    assert "'soon' is not of type 'integer'" in answer.stdout


def test_the_table_outlives_its_stack(template: dict[str, Any]) -> None:
    table = template["Resources"]["Table"]

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"]
    assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]


def test_each_function_has_its_own_role(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    roles = {name: each["Role"] for name, each in functions.items()}

    assert roles == {name: {"Fn::GetAtt": [f"{name}Role", "Arn"]} for name in FUNCTIONS.values()}


def test_the_template_contains_no_placeholder(packaged: Path) -> None:
    assert "placeholder" not in (packaged / TEMPLATE).read_text()
    assert "000000000000" not in (packaged / TEMPLATE).read_text()


def test_event_sources_report_partial_failures_and_never_block(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    (stream,) = functions["OnChange"]["Events"].values()
    (queue,) = functions["OnWebhookQueue"]["Events"].values()

    for source in (stream, queue):
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["Properties"]["BisectBatchOnFunctionError"]
    assert stream["Properties"]["MaximumRetryAttempts"] > 0
    assert stream["Properties"]["DestinationConfig"]["OnFailure"]["Type"] == "SQS"


def test_no_limit_on_webhook_workers_lets_stalled_bots_stop_others(
    template: dict[str, Any],
) -> None:
    """Each bot limits itself to five deliveries. A limit on the function would be shared by all
    bots, so a few stalled receivers could use it up."""
    function = template["Resources"]["OnWebhookQueue"]["Properties"]
    limit = {"Fn::If": ["HasReservedOnWebhookQueue", {"Ref": "ReservedOnWebhookQueue"}, NO_VALUE]}
    assert function["ReservedConcurrentExecutions"] == limit
    assert template["Parameters"]["ReservedOnWebhookQueue"]["Default"] == ""
    for source in function["Events"].values():
        assert "ScalingConfig" not in source["Properties"]


def test_access_logs_omit_queries_and_all_logs_expire(template: dict[str, Any]) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup")
    text = json.dumps(template)

    assert len(groups) == len(FUNCTIONS) + 2
    assert all(each["RetentionInDays"] for each in groups.values())
    assert "querystring" not in text
    assert "$context.path" not in text


def test_a_new_secret_version_updates_every_function_that_has_it(template: dict[str, Any]) -> None:
    """Without this CloudFormation sees no change and keeps the old secret in the functions."""
    functions = of_type(template, "AWS::Serverless::Function")
    variables = (each["Environment"]["Variables"] for each in functions.values())
    secrets = [each["BATON_SECRET"] for each in variables if "BATON_SECRET" in each]
    value = "{{resolve:secretsmanager:${Secret}:SecretString:::${SecretVersion}}}"

    assert secrets == [{"Fn::Sub": value}] * len(HOLD_SECRET)
    assert template["Parameters"]["SecretVersion"]["Default"] == ""


def test_the_alarm_topic_sends_mail_to_the_given_address(template: dict[str, Any]) -> None:
    subscription = template["Resources"]["AlarmSubscription"]

    assert subscription["Condition"] == "HasAlarmEmail"
    assert subscription["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "AlarmEmail"},
    }


def test_each_api_stage_waits_for_the_account_log_role(template: dict[str, Any]) -> None:
    """The stage refers to its log group, and a tag of the group refers to the account setting."""
    resources = template["Resources"]
    stages = {"RestAPI": "AccessLogSetting", "WebsocketAPIStage": "AccessLogSettings"}

    for name, setting in stages.items():
        group = resources[name]["Properties"][setting]["DestinationArn"]["Fn::GetAtt"][0]
        (tag,) = resources[group]["Properties"]["Tags"]
        assert tag["Value"]["Fn::If"][:2] == ["MakesLogRole", {"Ref": "AccessLogAccount"}]


def test_the_account_log_role_waits_for_a_resource_of_api_gateway_without_a_circle() -> None:
    """In an account that has never had such a resource, API Gateway refuses the role."""
    resources = evaluated(packaged_template("prod"), AccessLogRole="create")["Resources"]
    waits_for = {name: set(references(each)) & set(resources) for name, each in resources.items()}

    # Raises CycleError.
    order = list(TopologicalSorter(waits_for).static_order())

    assert resources["FirstApiResource"]["Type"] == "AWS::ApiGateway::ApiKey"
    assert "FirstApiResource" in waits_for["AccessLogAccount"]
    account = order.index("AccessLogAccount")
    assert account < order.index("RestAPIapiStage")
    assert account < order.index("WebsocketAPIStage")


def references(part: object) -> Iterator[str]:
    """The logical names that this part of an evaluated template refers to."""
    if isinstance(part, dict):
        waits = part.get("DependsOn", [])
        yield from [waits] if isinstance(waits, str) else waits
        for key, value in part.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0] if isinstance(value, list) else value.split(".")[0]
            elif key == "Fn::Sub":
                text = value if isinstance(value, str) else value[0]
                yield from re.findall(r"\$\{(\w+)", text)
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        yield from references(each)


def test_an_unknown_stage_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"no stage 'moon'.*prod"):
        package.package("moon", host(), tmp_path / "moon")


def test_a_missing_interpreter_error_says_what_to_install() -> None:
    with pytest.raises(PackagingError, match=r"uv python install 3\.99"):
        package.interpreter("3.99")


@pytest.fixture(scope="module")
def for_arm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed tree for arm64, not compiled: this machine may lack that interpreter."""
    tree = tmp_path_factory.mktemp("arm") / "tree"
    package.install(tree, Target("3.12", "arm64", Path(sys.executable)))
    return tree


def native(tree: Path) -> Iterator[Path]:
    yield from (path for path in tree.rglob("*.so*") if path.is_file())


def test_native_files_match_the_default_architecture(for_arm: Path) -> None:
    files = list(native(for_arm))

    assert [path.name for path in files if path.read_bytes()[ELF_MACHINE] != AARCH64] == []
    assert {"_core.cpython-312-aarch64-linux-gnu.so"} <= {path.name for path in files}
    assert not [path for path in files if "cpython-" in path.name and "312" not in path.name]


def test_the_check_finds_a_native_file_of_another_architecture(
    packaged: Path, tmp_path: Path
) -> None:
    if host().architecture == "arm64":
        pytest.skip("this machine has the architecture of the default target")
    ZipFile(packaged / PACKAGE).extractall(tmp_path)

    assert [path for path in native(tmp_path) if path.read_bytes()[ELF_MACHINE] != AARCH64]


def test_the_zip_is_smaller_than_12_megabytes(packaged: Path) -> None:
    assert (packaged / PACKAGE).stat().st_size < 12 * MEGABYTE
    assert set(PLATFORMS) == {"arm64", "x86_64"}


def test_the_package_holds_no_file_of_version_control_and_no_test(packaged: Path) -> None:
    with ZipFile(packaged / PACKAGE) as zipped:
        files = [name.split("/") for name in zipped.namelist()]
    own = [parts for parts in files if parts[0] in ("app.py", "chalicelib")]

    assert ["app.py"] in own
    assert [parts for parts in files if parts[0] in ("tests", "bench", "infra", "docs")] == []
    assert [parts for parts in files if any(part.startswith(".") for part in parts)] == []
    assert [parts for parts in own if "demo" in parts[-1] or "test" in parts[-1]] == []


def test_the_bill_of_materials_lists_what_is_in_the_zip(packaged: Path) -> None:
    text = (packaged / SBOM).read_text()
    bom = json.loads(text)
    with ZipFile(packaged / PACKAGE) as zipped:
        folders = {name.split("/")[0] for name in zipped.namelist()}
    in_zip = {name.partition("-")[0] for name in folders if name.endswith(".dist-info")}

    python = [each for each in bom["components"] if each["purl"].startswith("pkg:pypi")]
    listed = {each["name"].lower().replace("-", "_"): each for each in python}
    assert set(listed) == {name.lower() for name in in_zip}
    assert "botocore" in listed
    assert "inquirer" not in listed
    assert [name for name, each in listed.items() if not licences(each) & PERMISSIVE] == []
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
