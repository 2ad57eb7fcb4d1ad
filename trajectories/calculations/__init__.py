"""Arithmetic on event logs: polars frames in, plain answers out. Knows no Django."""
