"""ronda: the weekly social-media watch of one regency before an election."""
