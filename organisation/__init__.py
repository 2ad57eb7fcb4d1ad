"""The dated unit tree, people and their roles, calendars, permission."""
