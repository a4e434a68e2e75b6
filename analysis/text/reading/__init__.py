"""Files as researchers have them, opened and read: containers, layouts, page heads."""
