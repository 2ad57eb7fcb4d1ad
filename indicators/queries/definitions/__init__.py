"""What definitions say: their versions, what they are computed from, all of them as a file."""
