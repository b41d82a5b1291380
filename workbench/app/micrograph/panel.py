"""Micrograph: open one from the data folder, by upload or from the samples; say how large its pixels are."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from workbench.app.core import uploads
from workbench.app.core.burnt_in import rows_beside_bars
from workbench.app.core.opening import Opening
from workbench.app.core.typed_sizes import TypedSizes
from workbench.app.micrograph.contents import Contents, title_of
from workbench.app.micrograph.file_picker import FilePicker
from workbench.app.micrograph.particle_width import ParticleWidthControls
from workbench.app.micrograph.scale_bar_row import ScaleBarRow
from workbench.app.widgets import controls
from workbench.app.widgets.choice import Offer
from workbench.app.widgets.panel import Panel, panel
from workbench.app.widgets.upload_button import UploadButton
from workbench.errors import MicrographError, WorkbenchError
from workbench.micrographs.length_text import length_nm
from workbench.micrographs.marks import said
from workbench.micrographs.samples import sample_names


@panel("micrograph", "Micrograph", order=10)
class MicrographPanel(Panel):
    """What is open, what else is in the file, and what else there is to open."""

    name = "Image"
    icon = "M3 5h18v14H3zM7.5 11a1.5 1.5 0 1 0 .01 0M14.5 10a3 3 0 1 0 .01 0"

    def build(self) -> widgets.Widget:
        """Make the picker, the upload and the fields."""
        session, make = self.session, self.controls
        self._make_picker()
        make["signal"] = controls.dropdown("Signal", [])
        make["frame"] = widgets.IntSlider(
            description="Frame",
            min=1,
            max=1,
            continuous_update=False,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["frame"].add_class("hw-row")
        self._frames = controls.text("", "hw-of")
        self._frame_row = controls.row(make["frame"], self._frames)
        make["nm_per_px"] = widgets.Text(
            description="Pixel size",
            placeholder="not known",
            continuous_update=False,
            layout=controls.full(),
            style={"description_width": "84px"},
        )
        make["nm_per_px"].add_class("hw-row")
        make["nm_per_px"].tooltip = "nm per pixel; empty where it is not known"
        make["share"] = controls.button(
            "also for all files here without one",
            session.subject(TypedSizes).share,
            "Use this pixel size for every file of this folder that says none",
            "hw-link",
        )
        self.particle_width = ParticleWidthControls(session, make)
        scale_bar = ScaleBarRow(session, make)
        self._typed = controls.text("", "hw-note", "hw-typed")
        self._left_out = controls.text("", "hw-note", "hw-left-out")
        make["marks"] = controls.button(
            "", self._marks_clicked, "Data bars, scale bars and letters are no particles", "hw-link"
        )
        make["rows"] = controls.button(
            "", self._rows_clicked, "Open the part beside the data bar alone", "hw-link"
        )
        self._about = controls.markup("", "hw-note")
        self._connect()
        self._writing = controls.Writing()
        self._shown()
        return controls.column(
            make["sample"],
            self.picker.box,
            make["upload"],
            make["signal"],
            self._frame_row,
            Contents(session).box,
            make["nm_per_px"],
            scale_bar.box,
            make["share"],
            self._typed,
            self.particle_width.box,
            self._left_out,
            controls.row(make["marks"], make["rows"]),
            self._about,
        )

    def _make_picker(self) -> None:
        """Make what opens another micrograph."""
        make = self.controls
        make["sample"] = controls.dropdown(
            "Sample", {"choose…": "", **{n.replace("_", " "): n for n in sample_names()}}
        )
        self.picker = FilePicker(self.session, make)
        make["upload"] = UploadButton(
            "Upload…",
            self._say,
            largest=uploads.LARGEST_BYTES,
            instead="put it in the data folder and open it there",
        )

    def _connect(self) -> None:
        """Let the controls open micrographs and follow what is open."""
        make = self.controls
        make["sample"].on_pick(self._sample_chosen)
        make["upload"].observe(self._uploaded, names="value")
        uploads.PAGES.add(self.session)
        make["signal"].on_pick(self._part_chosen)
        make["frame"].observe(self._part_chosen, names="value")
        make["nm_per_px"].observe(self._pixel_size_typed, names="value")
        self.session.observe(self._shown, names=["micrograph", "contents", "pixel_sizes"])

    # -- the picker

    def _sample_chosen(self, name: str | None) -> None:
        if name:
            self.session.subject(Opening).sample(name)

    def _say(self, why: str) -> None:
        self.session.message = why

    def _uploaded(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        upload = change["new"][0]
        try:
            path = uploads.keep(upload["name"], upload["content"])
            self.session.subject(Opening).file(str(path))
        except WorkbenchError as error:
            self.session.message = str(error)
        finally:
            self.controls["upload"].value = ()

    # -- what is open

    def _part_chosen(self, _change: object) -> None:
        origin = self.session.origin
        if self._writing or origin is None or origin.kind != "file":
            return
        signal = int(self.controls["signal"].value or 0)
        frame = int(self.controls["frame"].value) - 1 if signal == origin.signal else 0
        if (frame, signal) != (origin.frame, origin.signal):
            self.session.subject(Opening).reopen(frame, signal)

    def _pixel_size_typed(self, change: dict[str, str]) -> None:
        if self._writing:
            return
        self.session.message = ""
        try:
            self.session.subject(TypedSizes).set(nanometres(change["new"]))
        except WorkbenchError as error:
            self.session.message = str(error)
        self._shown()

    def _read_signals(self) -> Offer:
        session = self.session
        usable = [signal for signal in session.contents if not signal.refused]
        options = [(title_of(signal), signal.index) for signal in usable]
        return options, None if session.origin is None else session.origin.signal

    def _read_samples(self) -> Offer:
        origin = self.session.origin
        chosen = origin.path if origin is not None and origin.kind == "sample" else ""
        return self.controls["sample"].options, chosen

    def _shown(self, _change: object = None) -> None:
        session, make = self.session, self.controls
        micrograph, origin = session.micrograph, session.origin
        make["signal"].offer(self._read_signals)
        make["sample"].offer(self._read_samples)
        with self._writing:
            usable = [signal for signal in session.contents if not signal.refused]
            here = next((s for s in usable if origin is not None and s.index == origin.signal), None)
            if here is not None and origin is not None:
                with make["frame"].hold_sync():
                    make["frame"].max = max(here.frames, 1)
                    make["frame"].value = min(origin.frame + 1, make["frame"].max)
                self._frames.value = f"of {here.frames}"
            controls.show(make["signal"], len(usable) > 1)
            controls.show(self._frame_row, here is not None and here.frames > 1)
            known = micrograph is not None and micrograph.nm_per_px is not None
            typed = None if origin is None or origin.kind != "file" else origin.nm_per_px
            folder = "" if origin is None else str(Path(origin.path).parent)
            controls.show(make["share"], typed is not None and session.pixel_sizes.get(folder) != typed)
            make["nm_per_px"].value = f"{micrograph.nm_per_px:.5g} nm/px" if known and micrograph else ""
        self.summary = "" if micrograph is None else micrograph.name
        self._about.value = (
            "" if micrograph is None else _about(micrograph.metadata, origin is not None and origin.path)
        )
        size = None if origin is None else session.subject(TypedSizes).kept.known.get(origin.path)
        own = size is not None and size.nm_per_px == session.nm_per_px
        self._typed.value = html.escape(f"Pixel size {size.said}.") if own and size is not None else ""
        controls.show(self._typed, own)
        self._marks_shown()

    def _marks_shown(self) -> None:
        session, make = self.session, self.controls
        micrograph, origin = session.micrograph, session.origin
        kept = origin is not None and origin.marks_kept
        marks = () if micrograph is None else micrograph.left_out
        self._left_out.value = (
            html.escape(f"Left out, as burnt into the picture: {said(marks)}.") if marks else ""
        )
        controls.show(self._left_out, bool(marks))
        make["marks"].description = "leave out what is burnt in" if kept else "count it as specimen"
        controls.show(make["marks"], kept or bool(marks))
        rows = None if micrograph is None else rows_beside_bars(micrograph)
        cut = origin is not None and origin.rows is not None
        make["rows"].description = "show the whole picture" if cut else "cut the data bar off"
        again = origin is not None and origin.kind != "array"
        controls.show(make["rows"], again and (cut or rows is not None))

    def _marks_clicked(self) -> None:
        origin = self.session.origin
        self.session.subject(Opening).leave_out_marks(origin is not None and origin.marks_kept)

    def _rows_clicked(self) -> None:
        micrograph, origin = self.session.micrograph, self.session.origin
        if micrograph is not None and origin is not None:
            self.session.subject(Opening).show_rows(
                None if origin.rows is not None else rows_beside_bars(micrograph)
            )


def nanometres(typed: str) -> float | None:
    """Read a length such as ``0.05``, ``0,5 Å`` or ``50 pm/px``; nm where no unit is typed, None where nothing is.

    Raises
    ------
    MicrographError
        If it is no such length.
    """
    text = re.sub(r"\s*/\s*px\s*$", "", typed.strip(), flags=re.IGNORECASE)
    if not text:
        return None
    try:
        return length_nm(text, unit="nm")
    except MicrographError:
        raise MicrographError(f"The pixel size must be a number of nanometres, not {typed!r}.") from None


def _about(metadata: dict[str, Any], path: str | bool) -> str:
    known = {
        "dose_e_per_A2": ("dose", "{:.4g} e/Å²"),
        "voltage_kV": ("voltage", "{:.4g} kV"),
        "exposure_s": ("exposure", "{:.3g} s"),
        "microscope": ("microscope", "{}"),
        "pixel_size_unknown": ("pixel size unknown:", "{}"),
    }
    lines = [
        f"{label} {form.format(metadata[key])}"
        for key, (label, form) in known.items()
        if metadata.get(key) not in (None, "")
    ]
    if path:
        lines.append(str(path))
    return "<br>".join(html.escape(line) for line in lines)
