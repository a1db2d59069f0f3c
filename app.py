"""The Chalice app: the entry point of each Lambda function.

The route table is in `chalicelib/entrypoints/http/route_table.py`. A function's handler imports the
modules that only this function needs.
"""

from contextlib import suppress
from typing import Any

from chalicelib.loading import loading

with loading():
    from chalice.app import Rate

    from chalicelib import wiring
    from chalicelib.entrypoints.http.framework import register
    from chalicelib.entrypoints.http.router import all_routes
    from chalicelib.entrypoints.http.unknown_routes import BatonApp

# Otherwise Chalice adds a handler with its own format to the log of the same name.
app = BatonApp(app_name="baton", configure_logs=False)
app.experimental_feature_flags.update(["WEBSOCKETS"])

register(app, all_routes(), wiring.services)

# Placeholders: the merged template replaces them by the ARNs of the stack.
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/baton/stream/placeholder"
WEBHOOK_QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder.fifo"
PUSH_QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"


@app.on_ws_connect()
def connect(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.websocket import handlers

    return handlers.connect(wiring.services(), event.to_dict())


@app.on_ws_message()
def message(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.websocket import handlers

    return handlers.message(wiring.services(), event.to_dict())


@app.on_ws_disconnect()
def disconnect(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.websocket import handlers

    return handlers.disconnect(wiring.services(), event.to_dict())


@app.on_dynamodb_record(stream_arn=STREAM, name="on_change")
def on_change(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import sources, stream

    changes = sources.from_stream(event.to_dict(), *wiring.stream_source())
    return stream.handle(wiring.services(), wiring.read_record, changes, event.context)


@app.on_sqs_message(queue_arn=WEBHOOK_QUEUE, batch_size=1, name="on_webhook_queue")
def on_webhook_queue(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import sources, webhook_queue

    messages = sources.from_queue(event.to_dict(), *wiring.queue_source())
    return webhook_queue.handle(wiring.services(), messages, event.context)


@app.on_sqs_message(queue_arn=PUSH_QUEUE, batch_size=1, name="on_push_queue")
def on_push_queue(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import push_queue, sources

    messages = sources.from_queue(event.to_dict(), *wiring.push_queue_source())
    return push_queue.handle(wiring.services(), messages, event.context)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="on_minute")
def on_minute(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import minute

    return minute.every_minute(wiring.services(), event.context)


def warm_up() -> None:
    """Makes the clients and imports the handlers, so that a snapshot contains them. It opens no
    connection, because none outlives a snapshot."""
    from chalicelib.entrypoints.warm_up import load_handlers

    wiring.services().make_clients()
    load_handlers(all_routes())


# Only Lambda's runtime has this module. It calls the hook only if SnapStart is on.
with suppress(ImportError):
    from snapshot_restore_py import register_before_snapshot

    register_before_snapshot(warm_up)
