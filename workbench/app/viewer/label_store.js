// What lies in the browser of the label that is drawn by hand. A stroke is painted here at once and
// sent when it ends; Python paints the same pixels (label_shapes.js is micrographs/labelling's
// shapes.py), and sends a box of its own wherever the two could differ.

import { linkOf, newName, tell } from "../widgets/link.js";
import { HeldStrokes } from "./held_strokes.js";
import { fillPolygon, paintPath } from "./label_shapes.js";

/** One copy of the label for all views of a model. */
export class LabelStore {
  static of(model) {
    LabelStore.known ??= new WeakMap();
    if (!LabelStore.known.has(model)) LabelStore.known.set(model, new LabelStore(model));
    return LabelStore.known.get(model);
  }

  constructor(model) {
    this.model = model;
    this.hands = new Set();
    this.image = null; // values at the resolution that is drawn
    this.factor = 1; // pixels of the micrograph in an edge of one that is drawn
    this.number = 0; // of Python's last message
    this.label = ""; // what Python calls the label that is shown
    this.before = null; // the values before the first stroke that was drawn while Python is away
    this.sent = new Set(); // strokes that this page sent over the line as it is
    this.link = linkOf(model.widget_manager);
    this.held = new HeldStrokes(model);
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    this.link.addEventListener("back", () => this.again());
    this.link.addEventListener("undo", () => this.held.undo(this.label) && this.redraw());
    this.link.addEventListener("redo", () => this.held.redo() && this.redraw());
  }

  receive(message, buffers) {
    if (message.kind === "kept") return this.held.kept(message.ids);
    if (message.kind === "no label") this.image = null;
    else if (message.kind === "label") this.take(message, buffers);
    else return;
    this.number = message.number;
    this.label = message.of;
    if (!this.image) this.touch(null);
    this.send();
  }

  /** Send what is held for the label that Python shows, and was not sent yet. */
  send() {
    for (const stroke of this.held.of(this.label)) {
      if (this.link.away || this.sent.has(stroke.id)) continue;
      this.sent.add(stroke.id);
      tell(this.model, { ...stroke, kind: "stroke", seen: this.number, sum: null });
    }
  }

  /** Python is back: it may have heard what was sent last, or not. */
  again() {
    this.before = null;
    this.held.taken = [];
    this.sent.clear();
    this.send();
  }

  /** Keep a stroke that has ended, and send it where Python is there. */
  draw(stroke, sum) {
    const { away } = this.link;
    const message = {
      ...stroke,
      id: newName(),
      of: this.label,
      away: Boolean(away && this.before),
    };
    this.held.add(message);
    if (away) return;
    this.sent.add(message.id);
    tell(this.model, { ...message, kind: "stroke", seen: this.number, sum });
  }

  /**
   * Note how the label is before something is drawn on it while Python is away, so that it can be
   * taken back.
   */
  noteBefore() {
    if (this.link.away && this.image) this.before ??= this.image.data.slice();
  }

  /** Draw anew what was drawn while Python is away. */
  redraw() {
    if (!this.image || !this.before) return;
    this.image.data.set(this.before);
    for (const { tool, points, size, value } of this.held
      .of(this.label)
      .filter((stroke) => stroke.away)) {
      const pairs = Array.from({ length: points.length / 2 }, (_, i) => [
        points[2 * i],
        points[2 * i + 1],
      ]);
      this.paint(tool, pairs, size, value);
    }
    this.touch({ top: 0, left: 0, bottom: this.image.height, right: this.image.width });
  }

  /** Paint along points of the micrograph; return the box that has changed. */
  paint(tool, points, size, value) {
    const { image, factor } = this;
    const seen =
      factor === 1 ? points : points.map((point) => point.map((edge) => Math.floor(edge / factor)));
    return tool === "brush" || tool === "eraser"
      ? paintPath(image, seen, Math.max(Math.round(size / factor), 1), value)
      : fillPolygon(image, seen, value);
  }

  take({ width, height, factor, top, left, rows, columns, whole, fresh }, buffers) {
    // it was meant for another micrograph
    if (fresh) for (const hand of this.hands) hand.stroke = null;
    if (whole || !this.image) this.image = { width, height, data: new Uint8Array(width * height) };
    this.factor = factor;
    if (buffers?.length) {
      const box = new Uint8Array(
        buffers[0].buffer ?? buffers[0],
        buffers[0].byteOffset ?? 0,
        rows * columns,
      );
      for (let row = 0; row < rows; row++) {
        this.image.data.set(
          box.subarray(row * columns, (row + 1) * columns),
          (top + row) * width + left,
        );
      }
    }
    for (const hand of this.hands) hand.repaint();
    this.touch({ top, left, bottom: top + rows, right: left + columns });
  }

  /** Say to every view that a box has changed. */
  touch(box) {
    for (const hand of this.hands) hand.touched(box);
  }
}
