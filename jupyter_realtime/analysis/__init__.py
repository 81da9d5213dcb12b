"""Detectors, and what runs them: without ever importing or executing the code that they look at."""
