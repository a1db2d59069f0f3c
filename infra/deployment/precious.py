"""The resources that a deployment must not replace or remove unless a person agrees: they hold
data, or an address that people, bots or DNS records know."""

from collections.abc import Collection, Iterable, Mapping

from infra.deployment.cloudformation import Change

PRECIOUS: Mapping[str, str] = {
    "AWS::ApiGateway::DomainName": "the REST API's own domain; its DNS target changes",
    "AWS::ApiGateway::RestApi": "the REST API's address; bots and consoles no longer reach it",
    "AWS::ApiGatewayV2::Api": "the WebSocket's address; consoles no longer reach it",
    "AWS::ApiGatewayV2::DomainName": "the WebSocket's own domain; its DNS target changes",
    "AWS::CloudFront::Distribution": "the console's address at CloudFront",
    "AWS::DynamoDB::GlobalTable": "all conversations, bots and people",
    "AWS::DynamoDB::Table": "all conversations, bots and people",
    "AWS::EC2::EIP": "the address from which webhooks are sent; receivers may allow only it",
    "AWS::KMS::Key": "the key of encrypted data; without it the data cannot be read",
    "AWS::Logs::LogGroup": "30 days of logs",
    "AWS::Route53::RecordSet": "the DNS record of a domain; nobody finds the domain without it",
    "AWS::S3::Bucket": "the files that people and bots have sent",
    "AWS::S3::BucketPolicy": "the rule that refuses calls of the files without TLS",
    "AWS::SNS::Topic": "the topic's ARN; its subscriptions are lost",
    "AWS::SQS::Queue": "the messages in the queue, for example webhooks that wait",
    "AWS::SecretsManager::Secret": "the signing secret; everybody is signed out",
    "AWS::Serverless::Api": "the REST API's address; bots and consoles no longer reach it",
}
"""The loss, by resource type."""

REPLACEABLE = frozenset(
    {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::ApiKey",
        "AWS::ApiGateway::BasePathMapping",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudFront::CachePolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::Logs::MetricFilter",
        "AWS::SNS::Subscription",
        "AWS::Serverless::Function",
        "AWS::WAFv2::WebACLAssociation",
    }
)
"""Types whose resources CloudFormation creates again without loss: they hold no data, and nobody
outside the stack knows their addresses. A test demands that each type in the template is in one of
the two tables."""

DENIED = ("Update:Replace", "Update:Delete")


def losses(changes: Iterable[Change]) -> dict[str, str]:
    """The loss for each precious resource that would be replaced or removed, by logical name."""
    return {
        each.resource: PRECIOUS[each.type]
        for each in changes
        if each.loses and each.type in PRECIOUS
    }


def stack_policy(allowed: Collection[str] = ()) -> dict[str, object]:
    """The stack policy that denies the loss of precious resources, except of those in `allowed`
    (logical names)."""
    names = [f"LogicalResourceId/{name}" for name in sorted(allowed)]
    target: dict[str, object] = {"NotResource": names} if names else {"Resource": "*"}
    everything = {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"}
    precious = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(DENIED),
        "Condition": {"StringEquals": {"ResourceType": sorted(PRECIOUS)}},
        **target,
    }
    return {"Statement": [everything, precious]}
