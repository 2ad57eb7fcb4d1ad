"""Boards, zones and tiles; the drawn wall."""
