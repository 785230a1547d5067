"""The site: the index of all published weeks."""
