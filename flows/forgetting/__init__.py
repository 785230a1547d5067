"""What must go is gone from the whole home: removed posts, a person's request, the end of the retention.

`removed`, `erasure` and `expiry` are the three reasons; `pages`, `sheets`, `records` and `rows` the places where posts
stand beside the landing; `search` looks through every byte for what should be gone; `holds` keeps what a case needs;
`copies` knows the backups, which hold what is gone until they are told.
"""
