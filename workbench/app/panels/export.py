"""Export: the figure, the masks, the table, the script and the session, as files in the person's hands."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from workbench.app import controls
from workbench.app.panels.registry import Panel, panel
from workbench.app.script import script
from workbench.app.session_file import parse_session
from workbench.errors import WorkbenchError


@panel("export", "Export", order=80)
class ExportPanel(Panel):
    """What is on the page, as files."""

    def build(self) -> widgets.Widget:
        """Make the buttons."""
        make = self.controls
        for form in ("png", "svg", "pdf"):
            make[form] = self._button(
                form.upper(), partial(self._figure, form), f"Figure 1 as {form.upper()}"
            )
        make["masks"] = self._button(
            "Masks (TIFF)", self._masks, "One calibrated TIFF a network: mask and probability, in a zip"
        )
        make["table"] = self._button("Particles (CSV)", self._table, "One row a particle, all networks")
        make["script"] = self._button("Python", self._script, "The lines of Python that do the same")
        make["session"] = self._button("Session", self._session, "The state of this page, to open it again")
        make["load"] = widgets.FileUpload(accept=".json", description="Open session…", multiple=False)
        make["load"].add_class("hw-button")
        make["load"].observe(self._loaded, names="value")
        self._why = controls.text("", "hw-note")
        self.session.observe(self._enabled, names=["tuned", "ticked", "micrograph"])
        self._enabled()
        return controls.column(
            controls.text("Figure", "hw-subtitle"),
            controls.row(make["png"], make["svg"], make["pdf"]),
            controls.text("Results", "hw-subtitle"),
            controls.row(make["masks"], make["table"]),
            self._why,
            controls.text("This page", "hw-subtitle"),
            controls.row(make["script"], make["session"], make["load"]),
        )

    def _button(self, label: str, act: Callable[[], None], tooltip: str) -> widgets.Button:
        def pressed() -> None:
            try:
                act()
            except WorkbenchError as error:
                self.session.message = str(error)

        return controls.button(label, pressed, tooltip)

    def _enabled(self, _change: object = None) -> None:
        session = self.session
        ready = [name for name in session.ticked if name in session.tuned]
        for name in ("png", "svg", "pdf", "masks", "table"):
            self.controls[name].disabled = not ready
        waiting = [session.card(name).label for name in session.ticked if name not in session.tuned]
        self._why.value = f"waiting for {', '.join(waiting)}" if waiting else ""

    def _stem(self) -> str:
        return "micrograph" if self.session.micrograph is None else Path(self.session.micrograph.name).stem

    def _ready(self) -> list[tuple[str, Any, Any]]:
        session = self.session
        return [
            (name, session.segmentations[name], session.tuned[name])
            for name in session.ticked
            if name in session.segmentations and name in session.tuned
        ]

    def _figure(self, form: str) -> None:
        from workbench.app.figure import figure

        ready, micrograph = self._ready(), self.session.micrograph
        if micrograph is None:
            return
        made = figure(
            micrograph,
            [segmentation for _name, segmentation, _tuned in ready],
            thresholds=[tuned.settings.threshold for _name, _segmentation, tuned in ready],
            masks=[tuned.mask for _name, _segmentation, tuned in ready],
            **self.session.drawn_as(),
        )
        buffer = io.BytesIO()
        made.savefig(buffer, format=form, dpi=300)
        mime = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}[form]
        self.browser.download(f"{self._stem()}.figure.{form}", buffer.getvalue(), mime)

    def _masks(self) -> None:
        from workbench.micrographs.writing import write_tiff

        buffer = io.BytesIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, segmentation, tuned in self._ready():
                size = segmentation.micrograph.nm_per_px
                told = f"{segmentation.network.shown}, threshold {tuned.settings.threshold:g}"
                for kind, array in (("mask", tuned.mask), ("probability", segmentation.probability)):
                    path = Path(folder) / f"{self._stem()}.{name}.{kind}.tif"
                    write_tiff(path, array, size, description=told)
                    archive.write(path, path.name)
        self.browser.download(f"{self._stem()}.masks.zip", buffer.getvalue(), "application/zip")

    def _table(self) -> None:
        from workbench.segmentation.particles import of_micrograph

        tables = []
        for name, segmentation, tuned in self._ready():
            micrograph, threshold = segmentation.micrograph.name, tuned.settings.threshold
            tables.append(of_micrograph(tuned.particles, micrograph, name, threshold))
        filled = [table for table in tables if len(table)] or tables[:1]
        written = pd.concat(filled, ignore_index=True).to_csv(index=False)
        self.browser.download(f"{self._stem()}.particles.csv", written.encode(), "text/csv")

    def _script(self) -> None:
        self.browser.download(f"{self._stem()}.py", script(self.session).encode(), "text/x-python")

    def _session(self) -> None:
        saved = self.session.state().model_dump_json(indent=1)
        self.browser.download(f"{self._stem()}.workbench.json", saved.encode(), "application/json")

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
