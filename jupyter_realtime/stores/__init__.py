"""Stores: where everything that must survive is kept."""
