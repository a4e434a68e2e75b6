"""Labelled sets in, every shipped weight out: ``python -m analysis train NAME``."""
