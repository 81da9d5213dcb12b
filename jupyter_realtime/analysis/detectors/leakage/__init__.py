"""Leakage: the test set, or what will only be known later, has a part in training."""
