"""Invent an organisation: units, people, episodes and figures, from a seed and a day. Nothing here knows Django."""
