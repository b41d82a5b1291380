"""The viewer: linked panes on one canvas, and what keeps them as the session says."""
