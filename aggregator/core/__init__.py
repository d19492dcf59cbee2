"""The nouns: frozen values and pure functions; no clock, no chance, no input or output."""
