"""The outside: REST, WebSocket frames, the table's stream, the webhook queue and the timer."""
