"""Files: the same behaviour in memory, on moto and on the local engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import requests
from botocore.credentials import Credentials
from moto import mock_aws
from msgspec.structs import replace

from chalicelib.adapters.aws.s3 import S3Files
from chalicelib.domain.files import NewFile, StoredFile, Upload, UploadForm, new_upload
from chalicelib.usecases.ports.conversations import FileStore
from infra.local.aws.bucket import create_bucket
from infra.local.aws.engine import Engine
from tests.support.clock import ManualClock
from tests.support.memory.files import Download, MemoryFiles

BUCKET, REGION = "contract-files", "us-east-1"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200
NAME = 'Foto de "Zoë" 🦊.png'


@dataclass(frozen=True, slots=True)
class Files:
    """`is_exact` is false for moto: it takes any form, and copies a file that has changed."""

    store: FileStore
    send: Callable[[UploadForm, bytes], int]
    fetch: Callable[[str], Download]
    is_exact: bool = True


def _post(form: UploadForm, content: bytes) -> int:
    answer = requests.post(form.url, data=dict(form.fields), files={"file": content}, timeout=10)
    return int(answer.status_code)


def _get(url: str) -> Download:
    answer = requests.get(url, timeout=10)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Download(answer.status_code, headers, answer.content)


def _on_s3(client: object, url: str) -> S3Files:
    keys = Credentials("local", "local").get_frozen_credentials()
    return S3Files(lambda: client, lambda: keys, BUCKET, url, REGION)


@contextmanager
def memory(_: Path) -> Iterator[Files]:
    store = MemoryFiles(ManualClock())
    yield Files(store, lambda form, content: store.receive(form.fields, content), store.fetch)


@contextmanager
def moto(_: Path) -> Iterator[Files]:
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        create_bucket(client, BUCKET)
        url = f"https://{BUCKET}.s3.amazonaws.com"
        yield Files(_on_s3(client, url), _post, _get, is_exact=False)


@contextmanager
def ministack(state: Path) -> Iterator[Files]:
    with Engine(state, services=["s3", "sts", "dynamodb"]) as engine:
        client = engine.client("s3")
        create_bucket(client, BUCKET)
        yield Files(_on_s3(client, f"{engine.url}/{BUCKET}"), _post, _get)


@pytest.fixture(params=[memory, moto, ministack], ids=lambda each: each.__name__, scope="module")
def files(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Files]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "local")
        with request.param(tmp_path_factory.mktemp("files")) as found:
            yield found


def new_file(number: int, *, conversation_id: str = "c_1", at: int = 1000) -> NewFile:
    upload = new_upload(conversation_id, at, f"{number:016x}")
    return NewFile("demo", upload, NAME, "image/png", len(PNG))


def use(files: Files, file: NewFile) -> Upload:
    """Uploads a file and keeps it."""
    assert files.send(files.store.form(file, 600), PNG) == 204
    arrived = files.store.arrived("demo", file.upload)
    assert arrived
    assert files.store.keep("demo", file.upload, arrived, "image/png")
    return file.upload


def test_an_uploaded_file_tells_its_name_type_size_and_first_bytes(files: Files) -> None:
    file = new_file(1)
    assert files.store.arrived("demo", file.upload) is None
    assert files.send(files.store.form(file, 600), PNG) == 204

    arrived = files.store.arrived("demo", file.upload)

    assert arrived
    assert (arrived.name, arrived.mime, arrived.size) == (NAME, "image/png", len(PNG))
    assert arrived.first == PNG[:64]
    assert files.store.kept("demo", file.upload) is None


@pytest.mark.parametrize("field", ["key", "Content-Type", "size"])
def test_a_form_takes_only_the_file_that_it_names(files: Files, field: str) -> None:
    if not files.is_exact:
        pytest.skip("moto takes any form")
    file = new_file(2)
    form, content = files.store.form(file, 600), PNG
    if field == "size":
        content += b"!"
    else:
        form = replace(form, fields={**form.fields, field: "text/html"})

    assert files.send(form, content) in (400, 403)
    assert files.store.arrived("demo", file.upload) is None


def test_a_kept_file_is_linked_with_its_name_and_its_checked_type(files: Files) -> None:
    upload = use(files, new_file(3))

    stored = files.store.kept("demo", upload)
    assert stored == StoredFile(NAME, "image/png", len(PNG))
    found = files.fetch(files.store.link("demo", upload, stored, 900))

    assert (found.status, found.content) == (200, PNG)
    assert found.headers["content-type"] == "image/png"
    assert found.headers["content-disposition"].startswith('inline; filename="Foto de _Zo__ _.png"')


def test_a_file_that_was_uploaded_anew_is_not_kept(files: Files) -> None:
    """Otherwise its bytes would not be those that were checked."""
    if not files.is_exact:
        pytest.skip("moto ignores CopySourceIfMatch")
    file = new_file(4)
    form = files.store.form(file, 600)
    files.send(form, PNG)
    arrived = files.store.arrived("demo", file.upload)
    assert arrived
    files.send(form, PNG.replace(b"0", b"1"))

    assert not files.store.keep("demo", file.upload, arrived, "image/png")
    assert files.store.kept("demo", file.upload) is None


def test_files_of_other_bots_and_conversations_are_not_found(files: Files) -> None:
    upload = use(files, new_file(5))

    assert files.store.kept("other", upload) is None
    assert files.store.arrived("other", upload) is None
    assert files.store.kept("demo", replace(upload, conversation_id="c_2")) is None


def test_older_files_of_a_conversation_are_deleted(files: Files) -> None:
    old = use(files, new_file(6, conversation_id="c_gone", at=1000))
    unused = new_file(7, conversation_id="c_gone", at=1001)
    files.send(files.store.form(unused, 600), PNG)
    young = use(files, new_file(8, conversation_id="c_gone", at=2000))
    other = use(files, new_file(9, conversation_id="c_stays", at=1000))

    for _ in range(2):  # It is safe to repeat.
        files.store.delete_before("demo", "c_gone", 2000)

    assert files.store.kept("demo", old) is None
    assert files.store.arrived("demo", unused.upload) is None
    assert files.store.kept("demo", young)
    assert files.store.kept("demo", other)
