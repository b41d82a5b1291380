// Keys for labelling: tools, size of the brush, and what a polygon needs.

import { NOT_SURE, PARTICLE } from "./colours.js";

const TOOLS = { m: "move", b: "brush", e: "eraser", l: "lasso", p: "polygon", t: "flood" };
const LARGEST_BRUSH = 999;

/** What the keys do, for the person who presses "?". */
export const LABEL_KEYS = {
  "b e l p t m": "brush, eraser, lasso, polygon, flood, move",
  "[  ]": "brush size",
  n: "not sure and particle in turn",
  "shift-drag": "move while a tool is taken",
};

/** Take a key; false where it is not for labelling. */
export function pressLabelKey(hand, { key }) {
  const { model, stroke } = hand;
  if (stroke?.choosesTarget && key === "Escape") {
    hand.stroke = null; // the line that is being drawn, before what was explained
    return true;
  }
  if (!model.get("label_on")) return false;
  if (stroke?.tool === "polygon" && pressPolygonKey(hand, key)) return true;
  const changed = changedBy(key, model);
  if (!changed) return false;
  model.set(...changed);
  model.save_changes();
  return true;
}

/** Close a polygon that is open, give it up, or take its last corner back. */
function pressPolygonKey(hand, key) {
  if (key === "Enter") hand.end();
  else if (key === "Escape") hand.stroke = null;
  else if (key === "Backspace") hand.dropCorner();
  else return false;
  return true;
}

/** The trait that a key changes, and its new value; null where it changes none. */
function changedBy(key, model) {
  const size = model.get("brush_px");
  if (key === "]") {
    return ["brush_px", Math.min(Math.max(size + 1, Math.round(size * 1.25)), LARGEST_BRUSH)];
  }
  if (key === "[") return ["brush_px", Math.max(Math.min(size - 1, Math.round(size / 1.25)), 1)];
  if (key === "n") {
    return ["label_value", model.get("label_value") === NOT_SURE ? PARTICLE : NOT_SURE];
  }
  if (key === "Escape") return model.get("label_tool") === "move" ? null : ["label_tool", "move"];
  return key in TOOLS ? ["label_tool", TOOLS[key]] : null;
}
