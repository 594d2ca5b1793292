"""Impact: what a change of form, weights or targets would do to the scores of stored calls."""
