"""Segments → scores and evidence: loaded language, sentiment, frames, roles, words, claims."""
