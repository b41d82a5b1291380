"""A micrograph and a label that somebody drew on it."""

import numpy as np

from workbench.micrographs.micrograph import Micrograph


def micrograph(name="m", seed=0):
    return Micrograph(np.random.default_rng(seed).normal(size=(40, 50)).astype(np.float32), 0.03, name)


def values():
    made = np.zeros((40, 50), np.uint8)
    made[5:15, 5:15], made[20:25, 20:40] = 1, 2
    return made
