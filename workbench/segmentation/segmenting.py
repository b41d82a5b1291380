"""A micrograph and a network become a segmentation, at the scale that fits where the pixel size is not known."""

from __future__ import annotations

import logging
import time

from workbench.errors import WorkbenchError
from workbench.micrographs.micrograph import Micrograph
from workbench.networks.card import Card
from workbench.networks.loading import load_network, networks
from workbench.networks.network import Network
from workbench.networks.particle_scale import FittedScale, factor_for, width_finder
from workbench.networks.receptive_field import wider_than
from workbench.segmentation.scale_finding import FoundScale, find_scale
from workbench.segmentation.segmentation import Segmentation
from workbench.segmentation.segmenter import Progress, Segmenter, Stop

LOG = logging.getLogger(__name__)


def segment(
    micrograph: Micrograph,
    network: Network | str,
    device: str = "auto",
    progress: Progress | None = None,
    stop: Stop | None = None,
    *,
    particle_px: float | None = None,
) -> Segmentation:
    """Run a network on a micrograph, in this process.

    Where the pixel size is not known, and the network's card says how wide the particles are that it parts best, the
    width of the particles is found first, by the smallest network whose card says so, and the micrograph scaled to it;
    the answer's ``scale_note`` says so.

    Parameters
    ----------
    micrograph : Micrograph
    network : Network or str
        As `load_network` gives it, or its name.
    device : str
        ``auto`` takes the fastest there is.
    progress, stop
        See `Segmenter.probability`.
    particle_px : float, optional
        About how wide particles are, in pixels of a micrograph without a pixel size; None: that is found.

    Returns
    -------
    Segmentation

    Raises
    ------
    WorkbenchError
        If a width is given though the pixel size is known.
    NetworkError, ComputeError, Stopped

    Examples
    --------
    >>> import workbench as wb
    >>> m, truth = wb.open_sample("easy")
    >>> wb.segment(m, "otsu")
    Segmentation('Blur + Otsu' on 'easy')
    """
    if particle_px is not None and micrograph.nm_per_px is not None:
        raise WorkbenchError(
            f"{micrograph.name} has a pixel size, {micrograph.nm_per_px:.4g} nm, by which networks see it; leave out "
            "particle_px, or take the size away with with_nm_per_px(None)."
        )
    loaded = load_network(network) if isinstance(network, str) else network
    if particle_px is not None:
        factor_for(loaded.card, particle_px)  # refuses before anything runs
    found = answer(Segmenter(loaded, device), micrograph, particle_px, progress=progress, stop=stop)
    seen_as = Network(loaded.module, found.network)  # with the scale that was found or fitted
    if found.network.changed and (said := wider_than(seen_as, micrograph)):
        LOG.warning("%s", said)
    return found


def answer(
    segmenter: Segmenter,
    micrograph: Micrograph,
    particle_px: float | None = None,
    *,
    widths: FoundWidths | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Segmentation:
    """Run a network that is loaded; as `segment`, but a width that says nothing to the network is left aside.

    Parameters
    ----------
    segmenter : Segmenter
    micrograph : Micrograph
    particle_px : float, optional
        About how wide particles are; of use where the pixel size is not known.
    widths : FoundWidths, optional
        Of this micrograph, where several networks see it: what one found is not looked for again.
    progress, stop
        See `Segmenter.both`.
    """
    began, card, note = time.perf_counter(), segmenter.network.card, ""
    scale = None
    if micrograph.nm_per_px is not None or card.particle_px is None:
        particle_px = None
    elif particle_px is None and card.input.scale == 1:  # one whose scale was set is taken as it is
        first, progress = _halves(progress)
        found = (widths or FoundWidths(micrograph)).found_for(segmenter, progress=first, stop=stop)
        particle_px, note = found.width_px, found.said
    if particle_px is not None:
        fitted = FittedScale.of(card, particle_px)
        scale = card.input.scale * fitted.factor
        card = fitted.card(card.model_copy(update={"input": card.input.model_copy(update={"scale": scale})}))
    probability, distance = segmenter.both(micrograph, scale=scale, progress=progress, stop=stop)
    seconds = time.perf_counter() - began
    return Segmentation(
        probability, card, micrograph, seconds, str(segmenter.device), distance, note, particle_px
    )


class FoundWidths:
    """How wide particles are in one micrograph, found once for all networks for which the same network finds it.

    Parameters
    ----------
    micrograph : Micrograph
        Without a pixel size.
    """

    def __init__(self, micrograph: Micrograph) -> None:
        self._micrograph = micrograph
        self._found: list[tuple[Card, FoundScale]] = []

    def found_for(
        self, segmenter: Segmenter, *, progress: Progress | None = None, stop: Stop | None = None
    ) -> FoundScale:
        """Return what `width_finder` of the networks by name finds for a network, looked for where it was not yet.

        Parameters
        ----------
        segmenter : Segmenter
            Of the network that is to see the micrograph.
        progress, stop
            See `find_scale`.

        Raises
        ------
        NetworkError, Stopped
            As `find_scale`.
        """
        card = segmenter.network.card
        finder = width_finder(card, networks())
        known = next((found for other, found in self._found if other == finder), None)
        if known is None:
            if finder is not card:
                segmenter = Segmenter(load_network(finder.name), str(segmenter.device))
            known = find_scale(segmenter, self._micrograph, progress=progress, stop=stop)
            self._found.append((finder, known))
        return known


def _halves(progress: Progress | None) -> tuple[Progress | None, Progress | None]:
    """Return what tells of the first and of the second half of some work."""
    if progress is None:
        return None, None
    return (lambda done, text: progress(done / 2, text), lambda done, text: progress((1 + done) / 2, text))
