"""Label: drawn by hand, put into a set, and what to draw next."""

STATES = ("training_set", "active_learning")
