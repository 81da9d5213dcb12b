"""Adapters by which things leave the page: web push and mail."""
