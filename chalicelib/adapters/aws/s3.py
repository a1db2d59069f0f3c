"""Files in S3: `new/` takes uploads and empties itself, `kept/` holds what messages use.

Forms and links are only signed, which calls nothing and needs no client: an S3 client takes longer
to make than everything else in a call. Both use the credentials of the function, so they work for
as long as those do, which is longer than the times here.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote, urlencode

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.files import (
    HEAD_BYTES,
    ArrivedFile,
    NewFile,
    StoredFile,
    Upload,
    UploadForm,
    content_disposition,
    stamp,
)
from chalicelib.usecases.ports.call_deadline import require_time

NEW, KEPT = "new/", "kept/"
NAME = "name"
"""The metadata that holds the file's name, percent-encoded: headers are ASCII."""
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
CHANGED = MISSING | {"PreconditionFailed", "412"}
PAGE = 1000


class S3Files:
    """`url` is the bucket's address. `credentials` gives those that sign."""

    def __init__(
        self,
        client_factory: Callable[[], Any],
        credentials: Callable[[], Any],
        bucket: str,
        url: str,
        region: str,
    ) -> None:
        self._client_factory = client_factory
        self._credentials = credentials
        self._bucket = bucket
        self._url = url
        self._region = region

    def form(self, file: NewFile, seconds: int) -> UploadForm:
        from botocore.auth import S3SigV4PostAuth
        from botocore.awsrequest import AWSRequest

        fields = {
            "key": _key(NEW, file.bot, file.upload),
            "Content-Type": file.mime,
            f"x-amz-meta-{NAME}": quote(file.name, safe=""),
        }
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        policy: dict[str, Any] = {
            "expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "conditions": [
                {"bucket": self._bucket},
                ["content-length-range", file.size, file.size],
                *({name: value} for name, value in fields.items()),
            ],
        }
        request = AWSRequest(method="POST", url=self._url)
        request.context["s3-presign-post-fields"] = fields
        request.context["s3-presign-post-policy"] = policy
        S3SigV4PostAuth(self._credentials(), "s3", self._region).add_auth(request)
        return UploadForm(self._url, fields)

    def arrived(self, bot: str, upload: Upload) -> ArrivedFile | None:
        """One call: the answer to a part of a file also tells its size and its metadata."""
        key, part = _key(NEW, bot, upload), f"bytes=0-{HEAD_BYTES - 1}"

        def read() -> ArrivedFile:
            found = self._client.get_object(Bucket=self._bucket, Key=key, Range=part)
            size = int(found["ContentRange"].rpartition("/")[2])
            name, mime = _name(found["Metadata"]), found["ContentType"]
            return ArrivedFile(name, mime, size, found["Body"].read(), found["ETag"])

        found: ArrivedFile | None = _answer(read, MISSING)
        return found

    def keep(self, bot: str, upload: Upload, arrived: ArrivedFile, mime: str) -> bool:
        source = {"Bucket": self._bucket, "Key": _key(NEW, bot, upload)}
        copied = _answer(
            lambda: self._client.copy_object(
                Bucket=self._bucket,
                Key=_key(KEPT, bot, upload),
                CopySource=source,
                CopySourceIfMatch=arrived.version,
                MetadataDirective="REPLACE",
                Metadata={NAME: quote(arrived.name, safe="")},
                ContentType=mime,
            ),
            CHANGED,
        )
        return copied is not None

    def kept(self, bot: str, upload: Upload) -> StoredFile | None:
        key = _key(KEPT, bot, upload)
        found = _answer(lambda: self._client.head_object(Bucket=self._bucket, Key=key), MISSING)
        if found is None:
            return None
        return StoredFile(_name(found["Metadata"]), found["ContentType"], found["ContentLength"])

    def link(self, bot: str, upload: Upload, file: StoredFile, seconds: int) -> str:
        from botocore.auth import S3SigV4QueryAuth
        from botocore.awsrequest import AWSRequest

        headers = {
            "response-content-disposition": content_disposition(file.name, file.mime),
            "response-content-type": file.mime,
        }
        query = urlencode(headers, quote_via=quote)
        address = f"{self._url}/{quote(_key(KEPT, bot, upload))}?{query}"
        request = AWSRequest(method="GET", url=address)
        S3SigV4QueryAuth(self._credentials(), "s3", self._region, seconds).add_auth(request)
        return str(request.url)

    def delete_before(self, bot: str, conversation_id: str, at: int) -> None:
        """Keys sort by time, so that a page with a file that stays is the last one."""
        for prefix in (NEW, KEPT):
            folder = _folder(prefix, bot, conversation_id)
            end = folder + stamp(at)
            while found := self._listed(folder):
                old = [key for key in found if key < end]
                if old:
                    self._delete(old)
                if len(old) < PAGE:
                    break

    def _listed(self, folder: str) -> list[str]:
        found = _answer(
            lambda: self._client.list_objects_v2(Bucket=self._bucket, Prefix=folder, MaxKeys=PAGE)
        )
        return [each["Key"] for each in found.get("Contents", [])]

    def _delete(self, keys: list[str]) -> None:
        """S3 reports a file that it could not delete in its answer, not as an error."""
        objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        done = _answer(lambda: self._client.delete_objects(Bucket=self._bucket, Delete=objects))
        if done.get("Errors"):
            raise TemporarilyUnavailable("S3 did not delete all files.", retry_after=1)

    @cached_property
    def _client(self) -> Any:
        return self._client_factory()


def _folder(prefix: str, bot: str, conversation_id: str) -> str:
    return f"{prefix}{quote(bot, safe='')}/{conversation_id}/"


def _key(prefix: str, bot: str, upload: Upload) -> str:
    return _folder(prefix, bot, upload.conversation_id) + upload.serial


def _name(metadata: Mapping[str, str]) -> str:
    return unquote(metadata.get(NAME, ""))


def _answer(call: Callable[[], Any], nothing: frozenset[str] = frozenset()) -> Any:
    """Returns the call's answer, or None if S3 answers with one of these error codes."""
    from botocore.exceptions import BotoCoreError, ClientError

    require_time()
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"].get("Code") in nothing:
            return None
        raise TemporarilyUnavailable("The files did not answer.", retry_after=1) from error
