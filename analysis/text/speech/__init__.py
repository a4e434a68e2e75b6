"""Who is said to say what: marks, cues, speakers, reported words."""
