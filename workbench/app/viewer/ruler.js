// A line along a scale bar, or a click on one, and the bar that was found.

import { tell } from "../widgets/link.js";
import { drawLine, followLine } from "./line.js";

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
    followLine(view, event, under, {
      moved: (line) => {
        this.line = line;
      },
      ended: (line, click) => {
        this.line = null;
        if (this.on) tell(view.model, { kind: "ruler", line, click });
      },
    });
    return true;
  }

  close() {
    this.forget();
  }
}

/** Draw the line in the hand, else the bar that was found, in one pane. */
export function drawRuler(box, pane, view) {
  const { ruler } = view.pointer;
  const found = view.model.get("ruler_line");
  const line = ruler.line ?? (found.length ? found : null);
  const length = line ? Math.hypot(line[2] - line[0], line[3] - line[1]) : 0;
  const words = ruler.line ? "" : `${+length.toFixed(1)} px`;
  drawLine(box, "hwv-bar-line", { line, words, drawing: Boolean(ruler.line) }, pane, view);
}
