"""Which articles are one story, and which stories are one event: evidence and decisions."""
