"""The Chalice app: what is called from outside, and nothing about how it is done.

WebSocket and event handlers stay here: Chalice does not wrap those of a Blueprint. Each of them is
a function of its own, and the only one to load what it calls.
"""

from typing import Any

from chalicelib.loading import loading

with loading():
    from chalice.app import Chalice, Rate

    from chalicelib import wiring
    from chalicelib.entrypoints.http import blueprints

# Chalice would write its own lines, in its own format, into the log of the same name.
app = Chalice(app_name="baton", configure_logs=False)
app.experimental_feature_flags.update(["WEBSOCKETS"])

for room in blueprints.BLUEPRINTS:
    app.register_blueprint(room.blueprint(wiring.services))

# These ARNs are known when the stack is: the merged template replaces them.
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/baton/stream/placeholder"
WEBHOOK_QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder.fifo"


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
    from chalicelib.entrypoints.events import stream

    return stream.handle(wiring.services(), wiring.read_record, event.to_dict(), event.context)


@app.on_sqs_message(queue_arn=WEBHOOK_QUEUE, batch_size=1, name="on_webhook_queue")
def on_webhook_queue(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import webhook_queue

    return webhook_queue.handle(wiring.services(), event.to_dict(), event.context)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="on_minute")
def on_minute(event: Any) -> dict[str, object]:
    from chalicelib.entrypoints.events import minute

    return minute.every_minute(wiring.services(), event.context)
