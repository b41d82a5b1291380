"""What the figures of trust say, in sentences."""

from __future__ import annotations

from workbench.explanation.trust_figures import Curves, Pointing, Randomised, TrustFigures


def line(trust: TrustFigures) -> str:
    """Return one short line for under the map."""
    if trust.empty:
        return "empty map: it says nothing"
    said = ["weights matter" if trust.depends_on_weights else "weights: map too smooth to tell"]
    if trust.failed:
        said = ["FAILED: same map with random weights"]
    if trust.deletion is None:
        said.append("nothing to delete")
    else:
        said.insert(
            1 if trust.failed else 0,
            f"deletion {trust.deletion.area:.2f} "
            f"(random {trust.deletion.random_area:.2f}, intensity {trust.deletion.intensity_area:.2f})",
        )
    if trust.pointing is not None:
        said.append("points inside" if trust.pointing.inside else "points outside")
    return " · ".join(said)


def sentences(trust: TrustFigures) -> list[str]:
    """Return what the figures say, one sentence each, the gravest first."""
    if trust.empty:
        return [f"{trust.title} gives an empty map here: it is 0 everywhere, so there is nothing to trust."]
    said = [_weights(trust.title, trust.randomised, trust.failed)]
    if trust.deletion is None or trust.insertion is None:
        said.append(
            "The micrograph answers as its own blurred copy does: there is nothing to take away from it."
        )
    else:
        said += [_curves(trust.deletion), _curves(trust.insertion)]
    if trust.infidelity is not None:
        said.append(
            f"Of how the answer changes when squares are taken away, the map leaves {trust.infidelity:.0%} "
            "unexplained (infidelity, best scale)."
        )
    if trust.sensitivity is not None:
        said.append(
            f"Noise of a tenth of a standard deviation changes the map by up to {trust.sensitivity:.0%} "
            "(max-sensitivity)."
        )
    if trust.pointing is not None:
        said.append(_pointing(trust.pointing))
    if trust.share_of_target < 1:
        said.append(
            "The target was cut into parts to fit into memory; all but the pointing is measured on the part that "
            f"holds {trust.share_of_target:.0%} of it."
        )
    return said


def _weights(title: str, randomised: Randomised, failed: bool) -> str:
    found = f"rank correlation {randomised.rank_correlation[-1]:.2f}, SSIM {randomised.similarity[-1]:.2f}"
    if failed:
        return (
            f"{title} fails the weight-randomisation check here: with all weights random the map stays much the same "
            f"({found}), so it shows the micrograph, not what the network has learned."
        )
    if not randomised.depends_on_weights:
        return (
            f"With all weights random the map stays alike ({found}), but maps as smooth as this one do so by chance: "
            "the weight-randomisation check says nothing here."
        )
    return f"With all weights random the map is another one ({found}): it shows what the network has learned."


def _curves(curves: Curves) -> str:
    verb, best = ("taken away", "0") if curves.kind == "deletion" else ("given back", "1")
    better = [
        "better" if found else "no better"
        for found in (curves.better_than_random, curves.better_than_intensity)
    ]
    return (
        f"Pixels {verb} in the order of the map: area {curves.area:.2f} (best {best}), {better[0]} than random "
        f"({curves.random_area:.2f}), {better[1]} than plain intensity ({curves.intensity_area:.2f})."
    )


def _pointing(pointing: Pointing) -> str:
    where = (
        "in the true particle" if pointing.inside else f"{pointing.distance_px:.0f} px from the true particle"
    )
    return (
        f"The maximum lies {where}; {pointing.share:.0%} of what speaks for the answer lies in it, by chance it "
        f"would be {pointing.by_chance:.0%}."
    )
