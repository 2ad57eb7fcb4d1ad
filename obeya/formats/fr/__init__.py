"""French, as in Quebec."""
