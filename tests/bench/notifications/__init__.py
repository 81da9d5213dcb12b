"""How soon people see what they are told."""
