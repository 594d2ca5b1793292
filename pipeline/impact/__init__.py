"""Impact: how a change of form, weights or targets would change the scores of stored calls."""
