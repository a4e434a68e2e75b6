"""The parts of the encoder: windows, forward pass, heads, what was read before."""
