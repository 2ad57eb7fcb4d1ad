"""Turn what people write into clean values."""
