"""Topics: the issues of all calls grouped and named, with ids that last."""
