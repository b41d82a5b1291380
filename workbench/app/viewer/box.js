// A box of the micrograph: how a hand draws it in a pane, and how all panes show it.

import { tell } from "../widgets/link.js";
import { drawingIn, followLine } from "./line.js";
import { lengthText } from "./words.js";

const ABOVE_PX = 5; // from its upper edge to how large it is

export class Box {
  drawn = null; // [top, left, bottom, right] in px of the micrograph, until Python has it

  constructor(view) {
    this.view = view;
    const { model } = view;
    const changed = () => {
      this.drawn = null;
      view.refresh();
    };
    model.on("change:box_on change:box", changed);
    this.close = () => model.off("change:box_on change:box", changed);
  }

  get on() {
    return this.view.model.get("box_on");
  }

  /** Take the button's press; false where no box is to be drawn. */
  press(event, under) {
    const { view } = this;
    if (!this.on || event.button !== 0 || event.shiftKey) return false;
    const { full } = view.micrograph;
    followLine(view, event, under, {
      moved: (line) => {
        this.drawn = line && boxBetween(line, full);
      },
      ended: (_ends, click) => {
        if (!click && this.on) tell(view.model, { kind: "box", box: this.drawn });
      },
    });
    return true;
  }
}

/** The pixels between two corners, one at least. */
export function boxBetween([row, column, otherRow, otherColumn], [height, width]) {
  const along = (one, other, edge) => {
    const from = Math.min(Math.floor(Math.min(one, other)), edge - 1);
    return [from, Math.max(Math.ceil(Math.max(one, other)), from + 1)];
  };
  const [top, bottom] = along(row, otherRow, height);
  const [left, right] = along(column, otherColumn, width);
  return [top, left, bottom, right];
}

/** Draw the box in the hand, else the one that Python names, with its size, in one pane. */
export function drawBox(box, pane, view) {
  const { micrograph, camera, model } = view;
  const { drawn } = view.pointer.box;
  const named = view.overlay && model.get("box").length ? model.get("box") : null;
  const edges = drawn ?? named;
  const svg = drawingIn(box, "hwv-box", edges && micrograph, Boolean(drawn));
  if (!svg) return;
  const [top, left, bottom, right] = edges.map((edge, place) =>
    camera.across(pane, edge / micrograph.factor, 1 - (place % 2)),
  );
  const path = `M${left},${top}H${right}V${bottom}H${left}Z`;
  for (const part of svg.querySelectorAll("path")) part.setAttribute("d", path);
  const text = svg.querySelector("text");
  text.textContent = boxText(edges, model.get("nm_per_px"));
  text.setAttribute("x", (left + right) / 2);
  text.setAttribute("y", top - ABOVE_PX);
}

/** How wide and how high a box is. */
export function boxText([top, left, bottom, right], nmPerPx) {
  const [width, height] = [right - left, bottom - top];
  if (nmPerPx === null) return `${width} × ${height} px`;
  return `${lengthText(width * nmPerPx)} × ${lengthText(height * nmPerPx)}`;
}
