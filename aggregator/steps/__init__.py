"""The verbs: each loads, asks the core, saves, and says what follows."""
