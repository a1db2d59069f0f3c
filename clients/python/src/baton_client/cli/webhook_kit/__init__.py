"""What a bot's webhook is tried out with: example events, and deliveries again."""
