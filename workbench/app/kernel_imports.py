"""Imports what a kernel of the page needs, in the process that kernels are forked from.

Nothing here starts a thread: a fork has none but its own.
"""

import gc
import importlib

from workbench.stopping import deaf_to_interrupts

MODULES = (
    "distributed.protocol.numpy",
    "imagecodecs",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "mistune",
    "rsciio",
    "skimage.exposure.exposure",
    "skimage.filters.thresholding",
    "skimage.transform.integral",
    "skimage.util",
    "tifffile",
    "workbench.app.workbench",
    "workbench.cli",  # a fork runs the server's main module, as far as that goes without being main
    "workbench.compute.domain_check",
    "workbench.compute.network_comparison",
    "workbench.compute.receptive_fields",
    "workbench.networks.classical",
)


def load() -> None:
    """Import it all."""
    for name in MODULES:
        importlib.import_module(name)
    import ipywidgets

    from workbench.app.core.subjects import kinds
    from workbench.app.widgets.panel import find_panels

    kinds()
    find_panels()
    # ipywidgets does so when a kernel imports it; without, a browser asks for each widget by itself, and may miss some
    ipywidgets.register_comm_target()


with deaf_to_interrupts():  # Ctrl-C means the server, which ends this
    load()
    gc.collect()
    gc.freeze()  # collections of a fork look for no garbage in it, and so copy none of its memory
