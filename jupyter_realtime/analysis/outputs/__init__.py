"""What was found, as other programs want to read it."""
