"""Keeping what cannot be rebuilt, and making anew what can: `ronda check`, `rebuild`, `backup` and `restore`."""
