"""The measures: each answers a question about a log, with the keys of its published definition."""
