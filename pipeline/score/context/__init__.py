"""The context of a call: what detectors see, what they find, and why."""
