"""Collecting: the platforms and the watched folder are asked, and every answer lands with a word on what was missed."""
