"""Why did it say so? What in a micrograph made a network give an answer, and how far to trust that."""
