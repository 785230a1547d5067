"""Reading: the frames a document is made from, checked against their contract and read once."""
