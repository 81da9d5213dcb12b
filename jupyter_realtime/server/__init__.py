"""The host inside a Jupyter server: configuration, identity, handlers, and the choice of adapters."""
