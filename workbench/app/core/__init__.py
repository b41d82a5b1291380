"""What all subjects share; it knows none of them, and no widget."""

STATES = ("answers", "results", "typed_sizes", "opening")
