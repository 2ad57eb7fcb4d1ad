"""Every REST resource, in one place."""
