"""Say what changed: the outbox of changes, and the stream that carries it to open pages."""
