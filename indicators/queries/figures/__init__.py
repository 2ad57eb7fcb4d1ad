"""Figures: what a kept value says on a day, and all of them in long format."""
