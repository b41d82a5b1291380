"""A recipe of eight lines: a comment, and what none can do without."""

LEAST = """# a comment
name = "a"
training_sets = [
  "sim/a",
  "sim/b",
]
validation_sets = ["sim/v"]
architecture = "unet"
"""
