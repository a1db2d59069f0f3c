"""Routes that take files and give them out. The files themselves go past Baton, to and from S3."""

from chalicelib.domain.files import facts_of
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.schemas.uploads import UploadRequest
from chalicelib.usecases import views
from chalicelib.usecases.files import uploads


def create_upload(call: Call, body: UploadRequest) -> Reply:
    offer = uploads.FileOffer(body.name, body.mime, body.size)
    place = body.place(call.caller.bot)
    made = uploads.create_upload(call.services, call.caller, place, offer)
    answer = {
        "upload_id": made.id,
        "url": made.form.url,
        "fields": made.form.fields,
        "expires_at": views.timestamp(made.expires_at),
        "max_bytes": made.largest,
    }
    return Reply(answer, 201)


def get_file(call: Call) -> Reply:
    """Sends a browser on to the file; other programs find its address in the body, too."""
    found = uploads.find_file(call.services, call.caller, call.id)
    answer = {
        "upload_id": found.upload.id,
        **facts_of(found.file.name, found.file.mime, found.file.size),
        "url": found.url,
        "expires_at": views.timestamp(found.expires_at),
    }
    return Reply(answer, 302, {"Location": found.url})
