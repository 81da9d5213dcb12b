"""The Python SDK: `AsyncRealtime` in `aio`, and `Realtime`, the same without `await`, in `blocking`.

From the inside out: `room`, `following` and `outbox` keep what must not be lost, `conversation` speaks
the protocol without a socket, `connection` gives it one, `rest` asks for what is no stream, and
`discovery` finds out whom to talk to. Nothing in here knows the server's code: only `core`.
"""
