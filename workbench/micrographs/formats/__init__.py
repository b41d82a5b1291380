"""One file a family of formats: each says what a file holds, and reads one frame of it when asked."""
