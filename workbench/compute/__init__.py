"""Where the page's work runs: a Dask worker in another process, so that the page never waits.

A `Compute` starts a worker beside the page, or uses the scheduler whose address it is given; thirty
pages may share one. Nothing on this side of it imports torch.
"""

from workbench.compute.client import Compute, default_compute
from workbench.compute.job import Job

__all__ = ["Compute", "Job", "default_compute"]
