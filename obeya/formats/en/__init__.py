"""English, as in Canada."""
