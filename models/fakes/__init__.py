"""One fake of at most 50 lines for each port, for tests."""
