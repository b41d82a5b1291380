// The ruler in the hand: a line wherever it is drawn, with its length and direction in every pane.

import { drawLine, followLine } from "./line.js";
import { lengthText } from "./words.js";

const BESIDE_PX = [14, -26]; // from the pointer to the name of the tool

export class Measure {
  on = false;
  line = null; // [row, column, row, column] in px of the micrograph
  drawing = false;

  constructor(view) {
    this.view = view;
    this.name = view.root.appendChild(document.createElement("div"));
    this.name.className = "hwv-tool";
    this.name.textContent = "ruler";
    this.hide();
  }

  /** Take a key: r takes the ruler up and puts it away, Escape puts it away; false for others. */
  key({ key }) {
    if (key !== "r" && !(key === "Escape" && this.on)) return false;
    this.on = key === "r" && !this.on && !this.view.model.get("ruler_on");
    this.forget();
    if (!this.on) this.hide();
    return true;
  }

  /** Take the button's press; false where the ruler is not in the hand. */
  press(event, under) {
    if (!this.on || event.button !== 0 || event.shiftKey) return false;
    this.drawing = true;
    followLine(this.view, event, under, {
      moved: (line) => {
        this.line = line;
      },
      ended: () => {
        this.drawing = false;
      },
    });
    return true;
  }

  /** Say at the pointer which tool is in the hand. */
  hover(event) {
    if (!this.on) return;
    const { left, top } = this.view.root.getBoundingClientRect();
    this.name.style.display = "block";
    this.name.style.left = `${event.clientX - left + BESIDE_PX[0]}px`;
    this.name.style.top = `${event.clientY - top + BESIDE_PX[1]}px`;
  }

  hide() {
    this.name.style.display = "none";
  }

  /** Take the line away: another micrograph is shown. */
  forget() {
    this.line = null;
  }
}

/** Length and direction of a line; the direction is counted from the right, against the clock. */
export function measureText([top, left, bottom, right], nmPerPx) {
  const px = Math.hypot(bottom - top, right - left);
  const length = nmPerPx === null ? `${+px.toFixed(1)} px` : lengthText(px * nmPerPx);
  const degrees = (Math.atan2(top - bottom, right - left) * 180) / Math.PI;
  return `${length}, ${Math.round((degrees + 180) % 180) % 180}°`;
}

/** Draw what is measured in one pane. */
export function drawMeasure(box, pane, view) {
  const { line, drawing } = view.pointer.measure;
  const words = line ? measureText(line, view.model.get("nm_per_px")) : "";
  drawLine(box, "hwv-measured", { line, words, drawing }, pane, view);
}
