"""Let values follow observations, and tell the open pages."""
