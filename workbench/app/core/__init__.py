"""What all subjects share; it knows none of them, and no widget."""

STATES = ("answers", "particle_width", "results", "typed_sizes", "opening", "files")
