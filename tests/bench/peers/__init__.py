"""The servers that we are compared with, and the door by which ours is told to deliver."""
