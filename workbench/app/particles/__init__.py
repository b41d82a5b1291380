"""The particles of the open micrograph: which count, what was corrected by hand, their table and their distribution."""

STATES = ("lattice_state", "report_state")
