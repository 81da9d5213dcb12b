"""The pure heart: no clock, no asyncio, no tornado, no SQL.

Whatever needs the time or a random number is handed it. That is why everything in here can be tested
without a server and replayed from a transcript.
"""
