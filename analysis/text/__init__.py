"""Documents → segments: read, clean, count each story once, find events and voices."""
