"""Python's half of the viewer: what the panes show, and 8-bit copies of the arrays for the browser to draw."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import numpy as np
import numpy.typing as npt
import traitlets

from workbench.app.widgets.es_module import es_module
from workbench.figures.palette import PARTICLES
from workbench.micrographs.micrograph import BoolImage, FloatImage

_HERE = Path(__file__).parent
LARGEST_TEXTURE = 8192
"""Edge in px above which a micrograph is reduced for display; a software renderer's limit."""

Bytes = npt.NDArray[np.uint8]
Message = dict[str, Any]


class Viewer(anywidget.AnyWidget):
    """Panes side by side that pan and zoom together: the micrograph, then one for each network.

    Pixels travel once, as custom messages with a binary buffer; a threshold or an opacity is a number, and the
    browser draws it. No pixel is part of the widget's saved state, so notebooks stay small; each new view asks for
    the pixels when it is ready.

    Any thread may call the methods.
    """

    _esm = es_module(_HERE / "viewer.js")
    _css = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("viewer.css", "overlays.css"))

    panes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    nm_per_px = traitlets.Float(None, allow_none=True).tag(sync=True)
    overlay_opacity = traitlets.Float(0.3).tag(sync=True)
    overlay_mode = traitlets.Unicode("both").tag(sync=True)
    colormap = traitlets.Unicode("gray").tag(sync=True)
    contrast = traitlets.List(traitlets.Float(), default_value=[0.0, 1.0]).tag(sync=True)
    gamma = traitlets.Float(1.0).tag(sync=True)
    invert = traitlets.Bool(False).tag(sync=True)
    show_disagreement = traitlets.Bool(False).tag(sync=True)
    force_2d = traitlets.Bool(False, help="draw without WebGL2").tag(sync=True)
    label_on = traitlets.Bool(False, help="whether the hand labels").tag(sync=True)
    label_shown = traitlets.Bool(True).tag(sync=True)
    label_tool = traitlets.Unicode("brush").tag(sync=True)
    label_value = traitlets.Int(1).tag(sync=True)
    lasso_on = traitlets.Bool(False, help="whether a drag draws a line around what is explained").tag(
        sync=True
    )
    stroke_tool = traitlets.Enum(
        ["", "cut", "join", "draw"], "", help="what a drag does to particles; empty: nothing"
    ).tag(sync=True)
    outlined = traitlets.Dict(help="key of a pane -> lines around particles there, see `show_outlined`").tag(
        sync=True
    )
    picked = traitlets.Dict(help="lines around particles in every pane, see `show_picked`").tag(sync=True)
    ruler_on = traitlets.Bool(False, help="whether a line or a click is meant for a scale bar").tag(sync=True)
    ruler_line: traitlets.List[Any] = traitlets.List(help="rows and columns of a bar's two ends").tag(
        sync=True
    )
    box_on = traitlets.Bool(False, help="whether a drag draws a box").tag(sync=True)
    box: traitlets.List[Any] = traitlets.List(help="top, left, bottom, right of the box that is drawn").tag(
        sync=True
    )
    fills = traitlets.Bool(True, help="whether the micrograph fills the panes at first, or is whole").tag(
        sync=True
    )
    view_mode = traitlets.Enum(
        ["side", "swipe", "blink", "outlines"], "side", help="how the panes stand to each other"
    ).tag(sync=True)
    tells_view = traitlets.Bool(False, help="whether Python is told which part the panes show").tag(sync=True)
    brush_px = traitlets.Int(24, min=1).tag(sync=True)
    region: traitlets.List[Any] = traitlets.List(help="top, left, bottom, right of a frame").tag(sync=True)
    targets = traitlets.Dict(help="key of a pane -> what is explained there, see `show_targets`").tag(
        sync=True
    )
    marks: traitlets.List[Any] = traitlets.List(help="top, left, bottom, right of what is left out").tag(
        sync=True
    )
    clicked: traitlets.List[Any] = traitlets.List(help="[y, x] in px of the last click").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        traits.setdefault("layout", widgets.Layout(width="100%", height="480px"))
        super().__init__(**traits)
        self._lock = threading.RLock()
        self._sent: dict[str, tuple[dict[str, Any], list[bytes]]] = {}
        self._factor = 1
        self._pixels: FloatImage | None = None
        self._labels_sent = 0
        self.label_name = ""
        """What the label is called; strokes say which one they were drawn on."""
        self._views: set[str] = set()  # those that were given the pixels
        self._answers: dict[str, list[Callable[[Message], None]]] = {}
        self._lookers: set[str] = set()  # those who wish to know which part the panes show
        self.panes = [{"key": "micrograph", "kind": "micrograph", "title": "Micrograph", "color": ""}]
        self.on_msg(self._heard)

    def set_micrograph(self, pixels: FloatImage, nm_per_px: float | None) -> None:
        """Show a micrograph; probabilities and masks of an earlier one are dropped.

        Parameters
        ----------
        pixels : (H, W) float32 array
        nm_per_px : float or None
            For the scale bar; ``None`` draws it in px.
        """
        self._factor = max(1, -(-max(pixels.shape) // LARGEST_TEXTURE))
        shown = _reduced(pixels, self._factor)
        step = max(int(np.sqrt(shown.size / 1e6)), 1)
        low, high = (float(value) for value in np.percentile(shown[::step, ::step], [0.05, 99.95]))
        high = high if high > low else low + 1.0
        scaled = ((shown.clip(low, high) - low) * (255.0 / (high - low)) + 0.5).astype(np.uint8)
        with self._lock:
            self._pixels = pixels
            self._sent.clear()
            self.nm_per_px = nm_per_px
            self._post("micrograph", {"full": list(pixels.shape), "low": low, "high": high}, scaled)

    def set_pane(self, key: str, **what: Any) -> None:
        """Add a pane, or change one.

        Parameters
        ----------
        key : str
            Name of the network.
        title, color, kind, threshold, busy, stale, note, rings, warning, warnings
            What is not given stays as it is. ``warning`` is a word or two beside the title, ``warnings`` its tooltip;
            ``stale`` says that what is drawn is not of what is set.
        """
        with self._lock:
            panes = [dict(pane) for pane in self.panes]
            mine = next((pane for pane in panes if pane["key"] == key), None)
            if mine is None:
                mine = {"key": key, "kind": "network", "title": key, "color": "#8A949E", "threshold": 0.5}
                panes.append(mine)
            mine.update(what)
            if panes != self.panes:
                self.panes = panes

    def remove_pane(self, key: str) -> None:
        """Take a pane away; nothing happens where there is none."""
        with self._lock:
            self.panes = [pane for pane in self.panes if pane["key"] != key]
            self._drop(key)

    def order(self, keys: list[str]) -> None:
        """Put the network panes in this order, behind the micrograph."""
        with self._lock:
            place = {key: index for index, key in enumerate(["micrograph", *keys])}
            panes = sorted(self.panes, key=lambda pane: place.get(pane["key"], len(place)))
            if panes != self.panes:
                self.panes = panes

    def set_probability(self, key: str, probability: FloatImage | None) -> None:
        """Show a probability in [0, 1] of shape (H, W) in a pane; ``None``: none yet."""
        with self._lock:
            self._drop(key)
            if probability is None:
                self.send({"kind": "clear", "key": key})
                return
            shown = _reduced(probability, self._factor)
            self._post(f"probability {key}", {"key": key}, (shown * 255.0 + 0.5).astype(np.uint8))

    def set_mask(self, key: str, mask: BoolImage, threshold: float, colours: Bytes | None = None) -> None:
        """Show the exact mask while the pane's threshold is the one that the mask was made with.

        Parameters
        ----------
        key : str
        mask : (H, W) bool array
        threshold : float
        colours : (H, W) uint8 array, optional
            Colour of each pixel of the mask: the first of `figures.palette.PARTICLES` is 1; 0 is that of the pane.
        """
        shown = mask[:: self._factor, :: self._factor].astype(np.uint8) * np.uint8(255)
        if colours is not None:  # what is near 255 is in the mask, and says its colour by how near
            shown -= np.where(shown, colours[:: self._factor, :: self._factor], np.uint8(0))
        palette = [] if colours is None else list(PARTICLES)
        with self._lock:
            self._post(f"mask {key}", {"key": key, "threshold": threshold, "palette": palette}, shown)

    def clear_mask(self, key: str) -> None:
        """Show the probability above the threshold again; nothing happens where no exact mask is shown."""
        with self._lock:
            if self._sent.pop(f"mask {key}", None) is not None:
                self.send({"kind": "clear mask", "key": key})

    def look_at(self, box: tuple[slice, slice] | None) -> None:
        """Draw a frame around rows and columns of the micrograph and zoom onto it; ``None``: no frame."""
        self.region = [] if box is None else [box[0].start, box[1].start, box[0].stop, box[1].stop]

    def centre(self, row: float, column: float) -> None:
        """Bring a place of the micrograph, in px from its corner, to the middle of each pane."""
        self.send({"kind": "centre", "row": row, "column": column})

    def show_targets(
        self, outlines: dict[str, list[list[float]]], at: tuple[int, int] | None, colour: str = "#ffffff"
    ) -> None:
        """Mark what is explained.

        Parameters
        ----------
        outlines : dict of str to list of list of float
            Key of a pane and its closed lines, each ``[x, y, x, y, ...]`` in px from the micrograph's corner.
        at : (int, int), optional
            Row and column of the click, marked in each of these panes.
        colour : str
        """
        point = None if at is None else [at[1] + 0.5, at[0] + 0.5]
        self.targets = {
            key: {"lines": lines, "at": point, "color": colour} for key, lines in outlines.items()
        }

    def show_outlined(self, outlined: dict[str, dict[str, list[list[float]]]]) -> None:
        """Draw lines around particles.

        Parameters
        ----------
        outlined : dict of str to dict of str to list of list of float
            Key of a pane -> how they are drawn (``out``: left out, ``made``: by hand) -> closed lines, each
            ``[x, y, x, y, ...]`` in px from the micrograph's corner.
        """
        if outlined != self.outlined:
            self.outlined = outlined

    def show_picked(self, picked: dict[str, list[list[float]]]) -> None:
        """Draw lines around the particle that is ``chosen`` and the one that is ``pointed`` at, in every pane.

        Parameters
        ----------
        picked : dict of str to list of list of float
            How they are drawn -> closed lines, as of `show_outlined`; apart from those, as they follow a hand.
        """
        if picked != self.picked:
            self.picked = picked

    def on(self, kind: str, answer: Callable[[Message], None]) -> None:
        """Call ``answer(message)`` when the browser says ``kind``: ready, click, lasso, ruler, box, view, escape, ...

        Whoever asked first is called first.
        """
        self._answers.setdefault(kind, []).append(answer)

    def tell_view(self, who: str, wanted: bool) -> None:
        """Let the browser say which part the panes show while anybody wishes to know it."""
        with self._lock:
            (self._lookers.add if wanted else self._lookers.discard)(who)
            self.tells_view = bool(self._lookers)

    @property
    def labels_sent(self) -> int:
        """Number of the last message about the label; a stroke says which one it has seen."""
        return self._labels_sent

    def keep_strokes(self, ids: list[str]) -> None:
        """Tell the browser that these strokes are on the disk; it holds them until then."""
        self.send({"kind": "kept", "ids": ids})

    def set_label(
        self,
        values: Bytes | None,
        rows: slice | None = None,
        columns: slice | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        """Show a label, or what changed of it in a box; ``None``: there is none.

        Parameters
        ----------
        values : (H, W) uint8 array, optional
            0 background, 1 particle, 2 not sure.
        rows, columns : slice, optional
            The box, in pixels of the micrograph; without it the whole label is sent.
        fresh : bool
            Whether it is that of another micrograph: a stroke that is being drawn is forgotten.
        """
        with self._lock:
            self._labels_sent += 1
            if values is None:
                self.send({"kind": "no label", "number": self._labels_sent, "of": self.label_name})
                return
            step = self._factor
            shown = values[::step, ::step][
                : max(values.shape[0] // step, 1), : max(values.shape[1] // step, 1)
            ]
            height, width = shown.shape
            top, bottom = (0, height) if rows is None else (rows.start // step, -(-rows.stop // step))
            left, right = (0, width) if columns is None else (columns.start // step, -(-columns.stop // step))
            box = np.ascontiguousarray(shown[top:bottom, left:right])
            message = {
                "kind": "label",
                "number": self._labels_sent,
                "of": self.label_name,
                "factor": step,
                "width": width,
                "height": height,
                "top": top,
                "left": left,
                "rows": box.shape[0],
                "columns": box.shape[1],
                "whole": rows is None,
                "fresh": fresh,
            }
            empty = rows is None and not box.any()  # nothing to carry
            self.send(message, buffers=[] if empty else [box.tobytes()])

    def _post(self, slot: str, what: dict[str, Any], pixels: Bytes) -> None:
        message = {"kind": slot.split()[0], "height": pixels.shape[0], "width": pixels.shape[1], **what}
        buffers = [np.ascontiguousarray(pixels).tobytes()]
        self._sent[slot] = (message, buffers)
        self.send(message, buffers=buffers)

    def _drop(self, key: str) -> None:
        for kind in ("probability", "mask"):
            self._sent.pop(f"{kind} {key}", None)

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: list[memoryview]) -> None:
        if message.get("kind") == "ready":
            with self._lock:
                view = str(message.get("view"))
                first = view not in self._views
                self._views.add(view)
                self.send({"kind": "here", "view": view, "pixels": first})
                if not first:  # asked again before the answer came
                    return
                for sent, buffers in self._sent.values():
                    self.send(sent, buffers=buffers)
        if message.get("kind") == "pixel":
            self._send_intensity(message)
        for answer in self._answers.get(message.get("kind", ""), ()):
            answer(message)

    def _send_intensity(self, message: dict[str, Any]) -> None:
        """Answer a view with the true intensity of a pixel, of which it draws 8 bits between two percentiles."""
        row, column = message["at"]
        with self._lock:
            pixels = self._pixels
            if pixels is None or not (0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]):
                return  # asked of a micrograph that is gone
            value = float(pixels[row, column])
            self.send({"kind": "pixel", "view": message.get("view"), "at": [row, column], "value": value})

    def __repr__(self) -> str:
        return f"Viewer({len(self.panes)} panes)"


def _reduced(pixels: FloatImage, factor: int) -> FloatImage:
    """Return means over blocks of ``factor`` x ``factor`` px; a rest at the far edges is left out."""
    if factor == 1:
        return pixels
    height, width = (max(edge // factor, 1) * factor for edge in pixels.shape)
    if height > pixels.shape[0] or width > pixels.shape[1]:  # thinner than a block
        return pixels[::factor, ::factor]
    blocks = pixels[:height, :width].reshape(height // factor, factor, width // factor, factor)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32))
