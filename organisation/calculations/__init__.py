"""Arithmetic of the dated tree. Knows no Django: keys of units may be numbers or codes."""
