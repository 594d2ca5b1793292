"""Statistics: intervals, survival, ordinal and mixed models, independent of calls and tables."""
