"""Labelled sets: where they lie (folder, HDF5, public archives), what their labels mean, how they are parted."""
