"""How fast it is, side by side with others, with the load generator in a process of its own."""
