"""Faults of the machine that a run must survive: losses of power at any moment (`power`)."""
