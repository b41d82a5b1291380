// The hand that labels in one view: brush, eraser, lasso, polygon and flood. The lasso also draws
// around what is to be explained; then nothing is painted.

import { tell } from "../widgets/link.js";
import { svgElement } from "../widgets/svg.js";
import { drawInk } from "./label_ink.js";
import { pressLabelKey } from "./label_keys.js";
import { boxOf, checksum } from "./label_shapes.js";
import { LabelStore } from "./label_store.js";

const CLOSING_PX = 8; // a corner so close to the first closes the polygon

const LINES = ["cut", "join"]; // tools of particles that draw a line, not around something

/** Traits of the model that change what a hand does or shows. */
const TRAITS = [
  "label_on",
  "label_tool",
  "label_value",
  "label_shown",
  "brush_px",
  "lasso_on",
  "stroke_tool",
];

export class LabelHand {
  constructor(view) {
    this.view = view;
    this.model = view.model;
    this.store = LabelStore.of(view.model);
    this.store.hands.add(this);
    this.dirty = null;
    this.drawn = null; // the image that has a texture
    // { tool, points, size, value } while the button is down, or a polygon is open
    this.stroke = null;
    this.ink = view.root.insertBefore(svgElement("svg", { class: "hwv-ink" }), view.keys);
    const changed = () => this.changed();
    for (const name of TRAITS) this.model.on(`change:${name}`, changed);
    this.forget = () => {
      for (const name of TRAITS) this.model.off(`change:${name}`, changed);
    };
    this.changed();
  }

  get tool() {
    const seen =
      this.model.get("label_on") &&
      this.model.get("label_shown") &&
      this.view.overlay &&
      this.store.image;
    const tool = seen ? this.model.get("label_tool") : "move"; // nobody draws what nobody sees
    if (tool !== "move") return tool;
    if (!this.choosesTarget) return null;
    return LINES.includes(this.model.get("stroke_tool")) ? "line" : "lasso";
  }

  /**
   * Whether a drag draws around what is to be explained, or on a particle: unless a tool that
   * labels is in the hand.
   */
  get choosesTarget() {
    const labels = this.model.get("label_on") && this.model.get("label_tool") !== "move";
    const draws = this.model.get("lasso_on") || this.model.get("stroke_tool");
    return Boolean(draws && this.view.micrograph && !labels);
  }

  /** Pixels of the micrograph in an edge of one that is drawn; a label may not be there. */
  get factor() {
    if (!this.choosesTarget) return this.store.factor;
    const { full, width, height } = this.view.micrograph;
    return Math.max(1, Math.round(Math.max(...full) / Math.max(width, height)));
  }

  changed() {
    if (this.stroke?.tool === "polygon" && this.tool !== "polygon") this.stroke = null;
    this.view.canvas.classList.toggle(
      "hwv-labelling",
      this.tool === "brush" || this.tool === "eraser",
    );
    this.view.refresh();
  }

  touched(box) {
    const { dirty } = this;
    if (box && dirty) {
      for (const side of ["top", "left"]) dirty[side] = Math.min(dirty[side], box[side]);
      for (const side of ["bottom", "right"]) dirty[side] = Math.max(dirty[side], box[side]);
    } else if (box) this.dirty = { ...box };
    this.view.refresh();
  }

  /** What the renderer needs: the label, the box that changed since, and how to draw it. */
  scene() {
    const image = this.model.get("label_shown") && this.view.overlay ? this.store.image : null;
    if (this.drawn && this.drawn !== this.store.image) this.view.renderer.forget(this.drawn);
    this.drawn = this.store.image;
    if (!image) return null;
    const { dirty } = this;
    this.dirty = null;
    return { image, dirty };
  }

  /** The pixel of the micrograph at a point of the texture. */
  pixel(point) {
    return [point[1], point[0]].map((value) => Math.floor(value * this.factor));
  }

  value(tool) {
    return tool === "eraser" ? 0 : this.model.get("label_value");
  }

  /** Paint what was drawn of a stroke so far once more, over what Python sent meanwhile. */
  repaint() {
    if (this.stroke && (this.stroke.tool === "brush" || this.stroke.tool === "eraser"))
      this.paint(this.stroke.points);
  }

  paint(points) {
    const { store, stroke } = this;
    const box = store.paint(stroke.tool, points, stroke.size, stroke.value);
    store.touch(box);
    return box;
  }

  /** Take the button's press; false where it is not for a tool. */
  press(event, under) {
    const { tool } = this;
    if (!tool || event.button !== 0 || event.shiftKey) return false;
    const at = this.pixel(under.point);
    if (tool === "flood")
      tell(this.model, { kind: "flood", at, value: this.value(tool), seen: this.store.number });
    else if (tool === "polygon") this.corner(at);
    else this.begin(tool, at, under, event);
    this.view.refresh();
    return true;
  }

  begin(tool, at, under, event) {
    const { view } = this;
    const stroke = {
      tool,
      points: [at],
      size: this.model.get("brush_px"),
      value: this.value(tool),
      choosesTarget: this.choosesTarget,
    };
    this.stroke = stroke;
    this.store.noteBefore();
    const paints = tool !== "lasso" && tool !== "line";
    if (paints) this.paint(stroke.points);
    const move = (next) => {
      if (next.pointerId !== event.pointerId || this.stroke !== stroke) return;
      const all = next.getCoalescedEvents?.() ?? [];
      for (const passed of all.length ? all : [next]) {
        const last = stroke.points.at(-1);
        const to = this.pixel(view.pointer.pointIn(under.pane, passed));
        if (to[0] === last[0] && to[1] === last[1]) continue;
        stroke.points.push(to);
        if (paints) this.paint([last, to]);
      }
      view.refresh();
    };
    const up = (last) => {
      if (last.pointerId !== event.pointerId) return;
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
      this.end();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
  }

  /** Add a corner of the polygon; one upon the first closes it. */
  corner(at) {
    this.store.noteBefore();
    this.stroke ??= { tool: "polygon", points: [], size: 1, value: this.value("polygon") };
    const { points } = this.stroke;
    const { factor } = this.store;
    const [first] = points;
    const { scale } = this.view.camera;
    const away = first && Math.hypot(first[0] - at[0], first[1] - at[1]) * (scale / factor);
    if (points.length > 2 && away < CLOSING_PX) this.end();
    else points.push(at);
  }

  /** Take the last corner of the polygon back; without one there is no polygon. */
  dropCorner() {
    this.stroke.points.pop();
    if (!this.stroke.points.length) this.stroke = null;
  }

  /** The stroke is done: paint it if that waited for the end, and tell Python. */
  end() {
    const { stroke, store } = this;
    if (stroke?.choosesTarget) {
      this.stroke = null;
      const kind = this.model.get("stroke_tool") ? "particle stroke" : "lasso";
      if (stroke.points.length > (stroke.tool === "line" ? 1 : 2))
        tell(this.model, { kind, points: stroke.points.flat() });
      this.view.refresh();
      return;
    }
    if (!stroke || !store.image) return;
    const brush = stroke.tool === "brush" || stroke.tool === "eraser";
    const reach = stroke.size >> 1;
    const box = brush ? boxOf(store.image, stroke.points, reach) : this.paint(stroke.points);
    this.stroke = null;
    const { tool, points, size, value } = stroke;
    store.draw(
      { tool, points: points.flat(), size, value },
      store.factor === 1 ? checksum(store.image, box) : null,
    );
    this.view.refresh();
  }

  doubleClick() {
    if (!this.tool) return false;
    if (this.stroke?.tool === "polygon") this.end();
    return true; // with a tool in the hand two clicks are no wish to see the whole
  }

  /** Take a key; false where it is not for labelling. */
  key(event) {
    return pressLabelKey(this, event);
  }

  /** Draw the ring of the brush or the line of a lasso or polygon. */
  mark() {
    drawInk(this);
  }

  close() {
    this.store.hands.delete(this);
    this.forget();
    this.ink.remove();
  }
}
