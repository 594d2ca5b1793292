"""Topics: issues of all calls grouped, named, followed over time, and what fixing one is worth."""
