"""Particles in files that others open: label images, outlines, COCO data sets, tables; and what comes back."""
