"""Sources: one module per format, each says how to read it and how one raw record becomes a Post."""
