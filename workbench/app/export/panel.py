"""Export: the figure, the masks, the table, the script and the session, as files in the person's hands."""

from __future__ import annotations

import html
import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbench.app.core.polling import in_background
from workbench.app.core.results import Results
from workbench.app.core.session_reading import parse_session
from workbench.app.export.box import FigureBox
from workbench.app.export.page_figure import counted, page_figure, shown_masks, waited_for
from workbench.app.export.paper_controls import PaperControls
from workbench.app.export.preview import FigurePreview
from workbench.app.export.script import script
from workbench.app.particles.files import provenance_on_page
from workbench.app.particles.state import ParticlesState
from workbench.app.session import Session
from workbench.app.widgets import controls
from workbench.app.widgets.panel import Panel, panel
from workbench.app.widgets.upload_button import UploadButton
from workbench.errors import WorkbenchError
from workbench.file_names import distinct_names, safe_name, shortened
from workbench.particles.correction import corrections_text
from workbench.particles.provenance import BESIDE, described
from workbench.segmentation.components import compact

LARGEST_SESSION_BYTES = 20 * 2**20
LONGEST_NAME_BYTES = 150
FORMS = {
    "png": "Figure 1 as PNG, at 300 dpi",
    "svg": "Figure 1 as SVG: text stays text, outlines are paths",
    "pdf": "Figure 1 as PDF: its fonts are in the file, outlines are paths",
    "tif": "Figure 1 as TIFF, at 600 dpi",
}
MIME = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf", "tif": "image/tiff"}


@panel("export", "Export", order=80)
class ExportPanel(Panel):
    """What is on the page, as files."""

    icon = "M12 4v11M8 11l4 4 4-4M5 19.5h14"
    tab = "Figure"
    tab_is_tall = True

    session: Session

    def build(self) -> widgets.Widget:
        """Make the buttons."""
        make = self.controls
        for form, tooltip in FORMS.items():
            label = "TIFF" if form == "tif" else form.upper()
            make[form] = self._result(label, partial(self._figure, form), tooltip)
        paper = PaperControls(self.session, make)
        make["masks"] = self._result(
            "Masks (TIFF)",
            self._masks,
            "Calibrated TIFFs of each network, in a zip: mask, label image (one number a particle), probability",
        )
        make["table"] = self._result(
            "Particles (CSV)",
            self._table,
            "One row a particle, all networks; beside it a JSON of where they came from",
        )
        make["script"] = self._button("Python", self._script, "The lines of Python that do the same")
        make["session"] = self._button("Session", self._session, "The state of this page, to open it again")
        make["load"] = UploadButton(
            "Open session…",
            self._say,
            largest=LARGEST_SESSION_BYTES,
            instead="a session is a small file that ends in .workbench.json",
            accept=".json",
        )
        make["load"].observe(self._loaded, names="value")
        self._why = controls.text("", "hw-note")
        self._held: dict[str, Callable[[], None]] = {}
        # first what another micrograph means for what waits, then what can be written
        self.session.observe(self._let_go, names="micrograph")
        self.session.observe(
            self._enabled, names=["postprocessed", "selected", "micrograph", "stale", "failures", "busy"]
        )
        self._enabled()
        self.deck = FigureBox(self.session).box
        return controls.column(
            controls.text("Figure", "hw-subtitle"),
            paper.box,
            controls.row(*(make[form] for form in FORMS)),
            controls.text("Results", "hw-subtitle"),
            controls.row(make["masks"], make["table"]),
            self._why,
            controls.text("This page", "hw-subtitle"),
            controls.row(make["script"], make["session"], make["load"]),
        )

    def was_looked_at(self) -> None:
        """Draw the figure as it will be written, and know what the panes show, while it is looked at."""
        self.session.subject(FigurePreview).active = self.is_looked_at

    def _button(self, label: str, act: Callable[[], None], tooltip: str) -> widgets.Button:
        return controls.button(label, partial(self._guarded, act), tooltip)

    def _result(self, label: str, act: Callable[[], None], tooltip: str) -> widgets.Button:
        """Return a button that writes what is set: where that is still being computed, once it is there."""

        def pressed() -> None:
            if waited_for(self.session):
                self._held[label] = act
                self._enabled()
                return
            self._guarded(act)
            if self.session.stale:
                said = "; ".join(f"{name}: {why}" for name, why in self._unsettled().items())
                self.session.message = f"Written as it is shown. {said}."

        return controls.button(label, pressed, tooltip)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except WorkbenchError as error:
            self.session.message = str(error)

    def _enabled(self, _change: object = None) -> None:
        session = self.session
        with session.subject(Results).lock:  # an answer that is being taken is neither pending nor settled
            pending, unsettled = waited_for(session), self._unsettled()
        ready = pending or any(name in session.postprocessed for name in session.selected)
        for name in (*FORMS, "masks", "table"):
            self.controls[name].disabled = not ready
        labels = ", ".join(session.card(name).label for name in pending)
        said = [f"waiting for {labels}"] if pending else [f"{name}: {why}" for name, why in unsettled.items()]
        if pending and self._held:
            said.append(f"{', '.join(self._held)} will be written then")
        self._why.value = html.escape("; ".join(said))
        if self._held and not pending:
            held, self._held = self._held, {}
            if unsettled:
                session.message = (
                    f"Not written: {', '.join(held)}, for {', '.join(unsettled)} was stopped or failed; "
                    "press Run again, or export once more what is shown."
                )
                return
            # this may be the thread that brings the results
            for act in held.values():
                in_background(act, "export", "the export", lambda why: setattr(self.session, "message", why))

    def _unsettled(self) -> dict[str, str]:
        """Return the labels of networks that show nothing, or not what is set, and why."""
        session = self.session
        return {
            session.card(name).label: session.stale.get(name) or session.failures.get(name) or "not computed"
            for name in session.selected
            if session.micrograph is not None and not session.subject(Results).settled(name)
        }

    def _let_go(self, _change: object) -> None:
        """Write nothing of another micrograph than the one that was open when the button was pressed."""
        held, self._held = self._held, {}
        if held:
            self.session.message = f"Not written: {', '.join(held)}, for another micrograph was opened."

    def _name(self) -> str:
        """Return how the micrograph is called in the names of files."""
        shown = self.session.micrograph
        return "micrograph" if shown is None else shortened(safe_name(shown.name), LONGEST_NAME_BYTES)

    def _stem(self) -> str:
        """Return how the names of files begin; where what is shown is not what is set, they say so."""
        results = self.session.subject(Results)
        stale = any(not results.settled(name) for name, _found, _tuned in shown_masks(self.session))
        return f"{self._name()}.as-shown" if stale else self._name()

    def _figure(self, form: str) -> None:
        from workbench.figures.figure import DPI, TIFF_DPI

        made = page_figure(self.session)
        if made is None:
            return
        buffer = io.BytesIO()
        made.savefig(buffer, format=form, dpi=TIFF_DPI if form == "tif" else DPI)
        self.browser.download(f"{self._stem()}.figure.{form}", buffer.getvalue(), MIME[form])

    def _masks(self) -> None:
        from workbench.micrographs.writing import write_tiff

        buffer = io.BytesIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            ready = shown_masks(self.session)
            called = distinct_names(
                {name: [safe_name(name)] for name, _found, _tuned in ready}, most_bytes=60
            )
            for name, segmentation, postprocessed in ready:
                size = segmentation.micrograph.nm_per_px
                said = postprocessed.settings.said(segmentation.network, size)
                told = f"{segmentation.network.shown}, {said}"
                told += f". {segmentation.scale_note}" if segmentation.scale_note else ""
                by_hand = corrections_text(self.session.subject(ParticlesState).corrections_of(name))
                told += f". By hand: {by_hand}" if by_hand else ""
                images = {
                    "mask": postprocessed.mask,
                    "labels": compact(counted(self.session, name, postprocessed)[0]),
                    "probability": segmentation.probability,
                }
                for kind, array in images.items():
                    path = Path(folder) / f"{self._stem()}.{called[name]}.{kind}.tif"
                    write_tiff(path, array, size, description=told, result=kind)
                    archive.write(path, path.name)
        self.browser.download(f"{self._stem()}.masks.zip", buffer.getvalue(), "application/zip")

    def _table(self) -> None:
        from workbench.particles.measuring import of_micrograph

        tables, records = [], {}
        for name, segmentation, postprocessed in shown_masks(self.session):
            records[name] = provenance_on_page(self.session, name, segmentation, postprocessed.settings)
            micrograph, settings = segmentation.micrograph, postprocessed.settings
            smallest = settings.smallest_area(segmentation.network, micrograph.nm_per_px)
            _labels, particles = counted(self.session, name, postprocessed)
            found = (particles, micrograph.name, name, settings.threshold, smallest)
            tables.append(of_micrograph(*found, segmentation.particle_px))
        filled = [table for table in tables if len(table)] or tables[:1]
        written = pd.concat(filled, ignore_index=True).to_csv(index=False)
        self.browser.download(f"{self._stem()}.particles.csv", written.encode(), "text/csv")
        record = described("provenance", {"networks": records})
        self.browser.download(f"{self._stem()}.particles{BESIDE}", record.encode(), "application/json")

    def _script(self) -> None:
        self.browser.download(f"{self._name()}.py", script(self.session).encode(), "text/x-python")

    def _session(self) -> None:
        saved = self.session.state().model_dump_json(indent=1)
        self.browser.download(f"{self._name()}.workbench.json", saved.encode(), "application/json")

    def _say(self, why: str) -> None:
        self.session.message = why

    def _loaded(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        upload = change["new"][0]
        try:
            self.session.restore(
                parse_session(bytes(upload["content"]).decode("utf-8", "replace"), upload["name"])
            )
        except WorkbenchError as error:
            self.session.message = str(error)
        finally:
            self.controls["load"].value = ()
