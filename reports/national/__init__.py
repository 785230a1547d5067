"""The national overview: one page over the regencies of a fleet."""
