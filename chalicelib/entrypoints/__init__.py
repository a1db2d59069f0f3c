"""Who calls: REST, Botpress' routes, socket frames, the change stream, queues and timers."""
