"""The weekly report for analysts: one content, printed as HTML and as PDF."""
