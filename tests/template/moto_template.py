"""The changes to the expanded template that moto's CloudFormation needs.

`tests/template/test_on_moto.py` proves that moto still lacks each of them.
"""

from collections.abc import Mapping
from typing import Any

from tests.template.expansion import Evaluation

Template = dict[str, Any]
ALIAS = "AWS::Lambda::Alias"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
NO_VALUE = {"Ref": "AWS::NoValue"}
UNSUPPORTED = frozenset(
    {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudFront::Distribution",
        "AWS::CloudWatch::Alarm",
        ALIAS,
        "AWS::Logs::MetricFilter",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SecretsManager::Secret",
        "AWS::WAFv2::WebACLAssociation",
    }
)
"""The types of the template that moto passes over. References to them stay as they are."""


def for_moto(whole: Template, parameters: Mapping[str, object]) -> Template:
    """Changes the expanded template for moto:

    * References to a function's alias become references to the function.
    * The REST API's deployment is removed, because moto does not import the API's `Body`, and a
      deployment without methods is refused.
    * FIFO queues get names, because the names that moto makes do not end in `.fifo`.
    * AWS::NoValue in a list is removed, because moto leaves an empty entry there.
    """
    resources = whole["Resources"]
    evaluation = Evaluation(whole, parameters)
    kept = {
        name: _changed(resource, resources, evaluation)
        for name, resource in resources.items()
        if resource["Type"] != DEPLOYMENT
    }
    for name, resource in kept.items():
        if resource.get("Properties", {}).get("FifoQueue"):
            resource["Properties"]["QueueName"] = f"{name}.fifo"
    return {**whole, "Resources": kept}


def _changed(value: Any, resources: Mapping[str, Any], evaluation: Evaluation) -> Any:
    if isinstance(value, list):
        present = [each for each in value if not _is_absent(each, evaluation)]
        return [_changed(each, resources, evaluation) for each in present]
    if not isinstance(value, dict):
        return value
    named = value.get("Ref")
    if isinstance(named, str) and resources.get(named, {}).get("Type") == ALIAS:
        function = resources[named]["Properties"]["FunctionName"]["Ref"]
        return {"Fn::GetAtt": [function, "Arn"]}
    return {name: _changed(each, resources, evaluation) for name, each in value.items()}


def _is_absent(value: object, evaluation: Evaluation) -> bool:
    if not isinstance(value, dict) or "Fn::If" not in value:
        return False
    condition, *parts = value["Fn::If"]
    chosen: object = parts[0 if evaluation.condition(condition) else 1]
    return chosen == NO_VALUE
