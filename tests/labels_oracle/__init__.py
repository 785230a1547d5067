"""What the compiled kernel of the labels computes, slowly: one text at a time, in words and dictionaries."""
