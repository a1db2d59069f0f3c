"""Receives events over a WebSocket, for bots without a public address."""
