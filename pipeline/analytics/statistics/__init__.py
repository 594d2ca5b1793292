"""Statistics: intervals, survival, ordinal and mixed models. Knows no calls and no tables."""
