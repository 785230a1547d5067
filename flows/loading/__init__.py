"""Loading: files land byte for byte, are prepared, pass two gates and become facts of the warehouse, all or nothing."""
