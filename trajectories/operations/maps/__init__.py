"""Keep maps, so that pages and walls read no event."""
