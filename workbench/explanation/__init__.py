"""Why did it say so? What in a micrograph made a network give an answer, and how far to trust that.

``workbench.explain`` is the way in. Nothing is imported here: a page needs targets, and never torch.
"""
