"""Commands of no app in particular."""
