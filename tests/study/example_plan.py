"""The plan of a study of two architectures, two dilations and three seeds, as a person writes it."""

PLAN = """# a comment
name = "a"
dilations = [1, 2]
initialisations = ["none", "edges", "imagenet"]
seeds = [0, 1, 2]
test_sets = ["t"]

[[architectures]]
name = "unet"
options = { base = 4, depth = 2 }

[[architectures]]
name = "fcn8s"
options = { head = 8 }
recipe = { learning_rate = 1e-4, augmentation = { blur = 0.0 } }

[recipe]
training_sets = ["a"]
validation_sets = ["v"]
crop = 64

[recipe.augmentation]
noise = 0.5
"""
