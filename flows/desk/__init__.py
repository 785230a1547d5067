"""`ronda desk`: the web application where people review what ronda flagged. Its log is the only thing it writes."""
