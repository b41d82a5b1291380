"""Below the panes: the lattice of the particle that is chosen, as pictures, in words and as tables."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from workbench.app.core.context import Context
from workbench.app.particles.lattice_state import LatticeState
from workbench.app.particles.particle_view import ParticleView
from workbench.app.particles.state import ParticlesState
from workbench.app.particles.words import length_text
from workbench.app.widgets import controls
from workbench.app.widgets.outlines import outlines
from workbench.app.widgets.spectrum_view import DrawnRing, DrawnSpot, SpectrumView
from workbench.errors import WorkbenchError
from workbench.particles.lattice.lattice_words import cautions, notes, phase_rows, spot_rows, verdict
from workbench.particles.lattice.one_particle import LatticeOfParticle
from workbench.particles.lattice.phase_rings import drawn_rings
from workbench.particles.lattice.phases import SUPPORTS

EDGE = 384
"""Of a picture in pixels, at most."""


class LatticeBox:
    """A view on the lattice of the particle that is chosen.

    Parameters
    ----------
    session : Context
    save : callable()
        Lets the browser save the figure.

    Attributes
    ----------
    box : Widget
    particle : ParticleView
    spectrum : SpectrumView
    title, words, phases, save, before, after : Widget
    """

    def __init__(self, session: Context, save: Callable[[], object]) -> None:
        self._session, self._state = session, session.subject(LatticeState)
        self._particles = session.subject(ParticlesState)
        self.title = controls.text("", "hw-text")
        self.particle, self.spectrum = ParticleView(), SpectrumView()
        self.words = controls.markup("", "hw-lattice-words")
        self._make_controls(save)
        parts = controls.row(self.particle, self.spectrum, self.words, classes=["hw-lattice-parts"])
        steps = controls.row(self.before, self.title, self.after, classes=["hw-lattice-steps"])
        head = controls.row(steps, self.phases, self.save, classes=["hw-box-head"])
        self.box = controls.column(head, parts, classes=["hw-box", "hw-lattice"])
        self._state.observe(self._draw, names=["seen", "said"])
        self._state.observe(self._grey, names="stale")
        self._particles.observe(self._grey, names="stale")
        self._state.observe(self._phases_shown, names="phases_text")
        self._phases_shown()
        self._draw()

    def _make_controls(self, save: Callable[[], object]) -> None:
        step = self._state.step
        self.before = controls.button("‹", lambda: step(-1), "The particle before, by number", "hw-icon")
        self.after = controls.button("›", lambda: step(1), "The next particle, by number", "hw-icon")
        self.save = controls.button(
            "Save this figure", save, "For a journal, as SVG, 85 mm wide, with where it came from", "hw-link"
        )
        self.phases = controls.typed("Compare with", "Au, Ag, Pt, Pd, Cu")
        self.phases.style.description_width = "initial"
        self.phases.tooltip = (
            f"Metals (Au, Ag, Pt, Pd, Cu) and supports ({', '.join(SUPPORTS)}), parted by commas"
        )
        self.phases.observe(self._typed, names="value")

    def _typed(self, _change: object) -> None:
        try:
            self._state.set_phases(self.phases.value)
        except WorkbenchError as error:
            self._session.message = str(error)
        self._phases_shown()

    def _phases_shown(self, _change: object = None) -> None:
        self.phases.value = self._state.phases_text

    def _grey(self, _change: object = None) -> None:
        waits = self._state.stale or self._particles.stale
        (self.box.add_class if waits else self.box.remove_class)("hw-stale")

    def _draw(self, _change: object = None) -> None:
        seen = self._state.seen
        self.save.disabled = seen is None
        if seen is None:
            self.title.value = html.escape("Lattice of one particle")
            self.words.value = f"<p>{html.escape(self._state.said)}</p>"
            self.particle.clear()
            self.spectrum.clear()
            return
        self.title.value = html.escape(self._titled(seen))
        self.words.value = words_html(seen)
        self._draw_particle(seen)
        self._draw_spectrum(seen)

    def _titled(self, seen: LatticeOfParticle) -> str:
        found = self._particles.found
        if found is None or seen.number > len(found.table):
            return f"Particle {seen.number}"
        unit = found.table.attrs.get("unit", "px")
        diameter = float(found.table[f"diameter_{unit}"].iloc[seen.number - 1])
        return f"Particle {seen.number} of {len(found.table)}, {length_text(diameter, unit)}"

    def _draw_particle(self, seen: LatticeOfParticle) -> None:
        grey, step = seen.picture(EDGE)
        lines = [[place / step for place in line] for line in outlines(seen.inside)]
        nm = seen.nm_per_px
        pixel = step * (1.0 if nm is None else nm)
        self.particle.show(grey, lines, pixel, nm is not None, f"Particle {seen.number} in the micrograph")

    def _draw_spectrum(self, seen: LatticeOfParticle) -> None:
        picture = seen.spectrum_picture(EDGE)
        if picture is None:
            self.spectrum.clear()
            return
        nm = seen.nm_per_px
        _of, named = drawn_rings(seen.ringed)
        rings = [] if nm is None else [DrawnRing(ring.name, nm / ring.nm) for ring in named]
        spots = [DrawnSpot(1 / one.px, one.angle_deg) for one in seen.lattice.sets]
        self.spectrum.show(*picture, nm, rings, spots)


def words_html(seen: LatticeOfParticle) -> str:
    """Return verdict, spots, phases and notes as HTML."""
    unit = "px" if seen.nm_per_px is None else "nm"
    spots = (
        ("no.", "Number in the spectrum"),
        (f"d, {unit}", "Spacing, with the standard error of its last digits in brackets"),
        ("across", "Direction across the fringes: 0° along a row, 90° up a column"),
        ("× noise", "Power of the spot over the mean at the same frequency"),
        ("plane", "Of the phase that fits best"),
        ("what it is", "Whether it is the particle's own, a higher order of another, or of what it lies on"),
    )
    compared = (
        ("phase", "Best fit first"),
        ("planes", "Of the two sets that stand for the lattice"),
        ("zone axis", "Direction of the beam, where the pair of planes fixes it"),
        ("wider by", "Mean spacing over that of the planes: what the pixel size would have to be off by"),
        (
            "geometry",
            "How often ratio and angle of the fringes would be further off by chance: free of calibration",
        ),
        (
            "spacing",
            "How often the mean spacing would be further off by chance, the pixel size being known to 1 %",
        ),
        ("so it", "A phase fits where both are at least 1 %"),
    )
    first, last = (
        "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
        for sentences in (cautions(seen), notes(seen))
    )
    # a part that scrolls has to be reached by keys
    return (
        "<div tabindex='0' role='region' aria-label='Lattice in words'>"
        f"<p class='hw-verdict-line'>{html.escape(verdict(seen))}</p>"
        f"{first}{_table(spots, spot_rows(seen))}{_table(compared, phase_rows(seen))}{last}</div>"
    )


def _table(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    titles = "".join(
        f"<th scope='col' title='{html.escape(about)}'>{html.escape(name)}</th>" for name, about in heads
    )
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
