// The ruler: a line that is drawn along a scale bar, or a click on one, and the bar that was found.

import { tell } from "../widgets/link.js";
import { svgElement } from "../widgets/svg.js";

export const STILL_PX = 3; // a click may move so far
const TICK_PX = 7; // on each side of an end
const RULER_PARTS =
  '<path class="under"></path><path class="over"></path>' + '<text class="length"></text>';

export class Ruler {
  line = null; // [row, column, row, column] in px of the micrograph, while it is drawn

  constructor(view) {
    this.view = view;
    const { model } = view;
    const changed = () => this.#changed();
    const names = ["change:ruler_on", "change:ruler_line"];
    for (const name of names) model.on(name, changed);
    // wherever the focus is: the button that began this has it
    this.key = (event) => {
      if (!this.on || event.key !== "Escape") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#end();
    };
    window.addEventListener("keydown", this.key, true);
    this.forget = () => {
      for (const name of names) model.off(name, changed);
      window.removeEventListener("keydown", this.key, true);
    };
    this.#changed();
  }

  get on() {
    return this.view.model.get("ruler_on");
  }

  #changed() {
    if (!this.on) this.line = null;
    this.view.refresh();
  }

  #end() {
    this.line = null;
    tell(this.view.model, { kind: "ruler end" });
    this.view.refresh();
  }

  /** Take the button's press; false where the ruler is not in the hand. */
  press(event, under) {
    const { view } = this;
    if (!this.on || event.button !== 0 || event.shiftKey) return false;
    const start = this.#place(under.point);
    const pressed = [event.clientX, event.clientY];
    let click = true;
    const move = (next) => {
      if (next.pointerId !== event.pointerId) return;
      const shift = Math.hypot(next.clientX - pressed[0], next.clientY - pressed[1]);
      click &&= shift <= STILL_PX;
      const end = this.#place(view.pointer.pointIn(under.pane, next));
      this.line = click ? null : [...start, ...end];
      view.refresh();
    };
    const up = (last) => {
      if (last.pointerId !== event.pointerId) return;
      move(last);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      const end = this.line?.slice(2) ?? start;
      this.line = null;
      if (this.on) tell(view.model, { kind: "ruler", line: [start, end], click });
      view.refresh();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    return true;
  }

  /** Row and column of a point of the texture, inside of the micrograph. */
  #place([x, y]) {
    const { width, height, factor, full } = this.view.micrograph;
    const inside = (value, edge) => Math.min(Math.max(value, 0), edge) * factor;
    return [Math.min(inside(y, height), full[0]), Math.min(inside(x, width), full[1])];
  }

  close() {
    this.forget();
  }
}

/** Draw the line in the hand, else the bar that was found, in one pane. */
export function drawRuler(box, pane, view) {
  const { micrograph, camera, model } = view;
  const { ruler } = view.pointer;
  const found = model.get("ruler_line");
  const line = ruler.line ?? (found.length ? found : null);
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-ruler");
  if (!line || !micrograph) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = clip.appendChild(svgElement("svg", { class: "hwv-ruler" }));
    svg.innerHTML = RULER_PARTS;
  }
  svg.classList.toggle("drawing", Boolean(ruler.line));
  const [top, left, bottom, right] = line;
  const at = (row, column) =>
    [column, row].map((value, axis) => camera.across(pane, value / micrograph.factor, axis));
  const [start, end] = [at(top, left), at(bottom, right)];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]) || 1;
  const across = [-(end[1] - start[1]) / length, (end[0] - start[0]) / length];
  const tick = ([x, y]) => {
    const [dx, dy] = across.map((value) => value * TICK_PX);
    return `M${x - dx},${y - dy}L${x + dx},${y + dy}`;
  };
  const path = `${tick(start)}${tick(end)}M${start}L${end}`;
  for (const part of svg.querySelectorAll("path")) part.setAttribute("d", path);
  const text = svg.querySelector("text");
  text.textContent = ruler.line ? "" : `${+Math.hypot(bottom - top, right - left).toFixed(1)} px`;
  text.setAttribute("x", (start[0] + end[0]) / 2);
  text.setAttribute("y", Math.min(start[1], end[1]) - TICK_PX - 4);
}
