"""Change definitions, each change a version, and what stands around them."""
