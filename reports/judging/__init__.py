"""Judging: rules that decide what a number means or whether it may be shown; no words, no layout."""
