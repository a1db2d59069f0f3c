"""Creates the bucket for local engines and tests. On AWS the template creates it.

A local engine lets the pages of every origin send and read files, so it needs no CORS rules.
"""

from typing import Any

from chalicelib.adapters.aws.s3 import NEW

UNUSED_DAYS = 1
"""S3 deletes what no message has used. A rule by prefix costs nothing and runs without us; a tag
would be one more call for each file, and the sweep would have to list the bucket."""


def create_bucket(client: Any, name: str) -> None:
    """An existing bucket is kept. `client` is an S3 client."""
    if name not in [each["Name"] for each in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=name)
    rule = {
        "ID": "unused-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": NEW},
        "Expiration": {"Days": UNUSED_DAYS},
    }
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
