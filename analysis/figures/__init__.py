"""Estimates → figures: charts, the reader that marks evidence in the text, export."""
