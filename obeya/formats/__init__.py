"""How days and times are written, where Django's own ways are those of other countries."""
