"""Example events and repeated deliveries, with which a bot's webhook is tried out."""
