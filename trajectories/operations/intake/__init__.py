"""Take events in, from wherever they come, and take them back."""
