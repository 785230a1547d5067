"""Labels: texts in, columns out. Pure functions; no clock, no network, no state but the seeds."""
