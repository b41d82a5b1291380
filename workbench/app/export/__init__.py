"""Export: what is on the page, as files; the figure as it will be written."""

STATES = ("preview",)
