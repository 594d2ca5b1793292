"""Topics: issues of all calls, grouped and named, with stable ids."""
