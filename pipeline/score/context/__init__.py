"""Context: one call as detectors see it, what they find on it, and why."""
