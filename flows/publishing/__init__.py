"""Publishing: the tables are built and checked, a week's numbers are stated, its documents rendered and released."""
