"""Turn files, lists and definitions into clean values."""
