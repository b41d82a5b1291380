"""How a micrograph looks to a network, as a worker measures it."""

from workbench.compute.domain_check import find_appearance
from workbench.networks.card import Input
from workbench.networks.domain_check import appearance_of


def test_the_worker_measures_what_this_process_would(disc):
    micrograph, _mask = disc
    for given in (Input(), Input(nm_per_px=0.1, outliers="none")):
        found = find_appearance(micrograph, given, progress=lambda *_: None, stop=lambda: False)
        assert found == appearance_of(micrograph, given)
        assert found is not None
