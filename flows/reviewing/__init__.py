"""What people decide at the desk: the log that keeps it, and the rules that make a state of it."""
