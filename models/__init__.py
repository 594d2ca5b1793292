"""One adapter per model behind a port of `pipeline.ports`; importing this package loads none of them."""
