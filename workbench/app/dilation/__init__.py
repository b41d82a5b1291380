"""Dilation: a network shown at another one, and at all of them."""

STATES = ("cache", "sweep")
