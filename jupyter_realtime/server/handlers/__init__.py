"""Handlers: they translate between HTTP or WebSocket and the services, and do nothing else."""
