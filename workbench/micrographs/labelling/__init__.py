"""Labels drawn by hand: which pixels a stroke covers, strokes taken back, the file, the set that they make."""
