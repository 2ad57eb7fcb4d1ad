"""Arithmetic on event logs: polars frames in, plain answers out. Knows no Django.

rows        from the rows of a source to events
definition  what a definition says, and what it means where it is silent
measures    each answers a question about a log
figures     what cases add to the figures of units
maps        what the map of a trajectory shows
"""
