"""The two-page briefing for leadership."""
