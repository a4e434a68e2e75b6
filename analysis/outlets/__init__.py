"""Scores → estimates: outlets compared within events, human codes, what may be claimed."""
