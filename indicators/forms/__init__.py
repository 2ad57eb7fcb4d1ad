"""Turn files into clean rows: definitions and observations as people write them."""
