"""The letter with which a case is handed over."""
