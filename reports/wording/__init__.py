"""Wording: every sentence and term a reader sees, in the reader's language."""
