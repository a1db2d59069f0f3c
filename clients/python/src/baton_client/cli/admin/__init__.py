"""The commands that set up a bot: its keys, agents, queues and webhooks."""
