"""Fitting: heads from labelled calls, with augmentation, folds and held-out reliability."""
