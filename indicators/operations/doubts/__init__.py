"""Validation rules, and the figures that they doubt."""
