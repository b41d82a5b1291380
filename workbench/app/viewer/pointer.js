// The hand on the panes: what it points at, drags, turns the wheel over and clicks.

import { tell } from "../widgets/link.js";
import { Box } from "./box.js";
import { Intensity } from "./intensity.js";
import { enlarge } from "./keyboard.js";
import { STILL_PX } from "./line.js";
import { Measure } from "./measure.js";
import { drawRings, hideRings } from "./rings.js";
import { Ruler } from "./ruler.js";
import { partOf } from "./views.js";
import { intensityText, placeText } from "./words.js";

const BESIDE = 10; // px from the pointer to what is said of the pixel under it
const BELOW = 12;

export class Pointer {
  under = null; // { pane, offset, point } while the pointer is over a pane, see `at`

  constructor(view, pixels) {
    this.view = view;
    this.intensity = new Intensity(view.model, pixels);
    this.ruler = new Ruler(view);
    this.measure = new Measure(view);
    this.box = new Box(view);
  }

  /**
   * What a pointer is over: the pane, the offset from its middle in pixels of the page, and the
   * point of the micrograph there, in pixels of the texture; null outside all panes.
   */
  at(event) {
    const { placed, micrograph, canvas } = this.view;
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const pane = placed?.find((other) => {
      const [from, to] = partOf(other).map((share) => other.x + share * other.w);
      return x >= from && x < to && y >= other.y && y < other.y + other.h;
    });
    if (!pane || !micrograph) return null;
    const offset = this.#offset(pane, event);
    return { pane, offset, point: this.view.camera.pointAt(offset) };
  }

  /** The point of the micrograph, in pixels of the texture, if the pane went on for ever. */
  pointIn(pane, event) {
    return this.view.camera.pointAt(this.#offset(pane, event));
  }

  #offset(pane, event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [
      event.clientX - box.left - pane.x - pane.w / 2,
      event.clientY - box.top - pane.y - pane.h / 2,
    ];
  }

  wheel(event) {
    const under = this.at(event);
    if (!under) return;
    event.preventDefault();
    this.view.zoomBy(Math.exp(-event.deltaY * 0.0015), under);
  }

  /** Take a press: for the tool in the hand, else to drag the micrograph or to click on it. */
  press(event) {
    const { view } = this;
    const under = this.at(event);
    view.root.focus({ preventScroll: true });
    if (!under || event.button > 1) return;
    const tools = [this.ruler, this.measure, this.box, view.hand];
    if (tools.some((tool) => tool.press(event, under))) return;
    const start = [event.clientX, event.clientY];
    const centre = [...view.camera.centre];
    let moved = false;
    const move = (next) => {
      const shift = [next.clientX - start[0], next.clientY - start[1]];
      moved ||= Math.hypot(...shift) > STILL_PX;
      if (!moved) return;
      view.camera.moveTo(centre, shift);
      view.refresh();
    };
    const up = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      if (!moved && !event.button) this.#click(under);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  }

  /** Show one pane large, or all again; a tool in the hand takes a double click first. */
  doubleClick(event) {
    const { view } = this;
    if (this.ruler.on || this.measure.on || view.hand.doubleClick()) return;
    const under = this.at(event);
    if (under) enlarge(view, under.pane.index);
    view.refresh();
  }

  /** Row and column of the micrograph under the pointer; null where it is over no pane. */
  place(under = this.under) {
    const { micrograph } = this.view;
    return under && [under.point[1] * micrograph.factor, under.point[0] * micrograph.factor];
  }

  #click(under) {
    const { model } = this.view;
    const at = this.place(under);
    model.set("clicked", at);
    model.save_changes();
    tell(model, { kind: "click", at }); // the same pixel again is a click, too
  }

  /** Follow the pointer: a cross and rings at the same place in every pane, and what lies there. */
  hover(event) {
    const { view, intensity } = this;
    const under = this.at(event);
    if (!under) return this.leave();
    this.under = under;
    this.measure.hover(event);
    const { factor } = view.micrograph;
    intensity.ask(this.#within() ? under.point.map((edge) => Math.floor(edge * factor)) : null);
    const left = `${under.offset[0] + under.pane.w / 2}px`;
    const top = `${under.offset[1] + under.pane.h / 2}px`;
    for (const [place, box] of [...view.boxes.children].entries()) {
      const { what } = view.placed[place];
      drawRings(box, what.rings, under, view);
      Object.assign(box.querySelector(".hwv-cross").style, { display: "block", left, top });
      this.#read(box, what);
    }
    view.hand.mark();
  }

  /** Whether the pointer is over the micrograph, which may not fill the pane. */
  #within() {
    const { width, height } = this.view.micrograph;
    const [x, y] = this.under.point.map(Math.floor);
    return x >= 0 && y >= 0 && x < width && y < height;
  }

  /** Say what lies under the pointer beside it, on the side where there is more room. */
  #read(box, what) {
    const { offset, pane } = this.under;
    const readout = box.querySelector(".hwv-readout");
    readout.textContent = this.#textOf(what);
    const [x, y] = [offset[0] + pane.w / 2, offset[1] + pane.h / 2];
    const [right, down] = [offset[0] <= 0, offset[1] <= 0];
    Object.assign(readout.style, {
      left: right ? `${x + BESIDE}px` : "",
      right: right ? "" : `${pane.w - x + BESIDE}px`,
      top: down ? `${y + BELOW}px` : "",
      bottom: down ? "" : `${pane.h - y + BELOW}px`,
    });
  }

  /** What a pane says of the pixel under the pointer. */
  #textOf({ kind, key }) {
    if (!this.#within()) return "";
    const { model, micrograph, layers } = this.view;
    const { point } = this.under;
    const [x, y] = point.map(Math.floor);
    if (kind !== "micrograph") {
      const layer = layers.probability.get(key);
      return layer ? `p = ${(layer.data[y * layer.width + x] / 255).toFixed(2)}` : "";
    }
    const { data, width, full, factor, low, high } = micrograph;
    const place = point.map((value) => value * factor);
    const spot = placeText(place, model.get("nm_per_px"), Math.max(...full));
    return `${spot}   ${intensityText(data[y * width + x], low, high, this.intensity.exact)}`;
  }

  /** Show what Python told of the pixel under the pointer. */
  told(answer) {
    if (!this.intensity.answered(answer) || !this.under) return;
    const { placed, boxes } = this.view;
    const place = placed.findIndex((pane) => pane.what.kind === "micrograph");
    if (place >= 0) {
      this.#read(boxes.children[place], placed[place].what);
    }
  }

  leave() {
    this.measure.hide();
    if (!this.under) return;
    const { boxes } = this.view;
    this.under = null;
    this.intensity.ask(null);
    for (const cross of boxes.querySelectorAll(".hwv-cross")) cross.style.display = "none";
    for (const readout of boxes.querySelectorAll(".hwv-readout")) readout.textContent = "";
    hideRings(boxes);
    this.view.refresh();
  }

  close() {
    this.intensity.close();
    this.ruler.close();
    this.box.close();
  }
}
