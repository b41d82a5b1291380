// The receptive field around the cursor: a square for what the network can see, circles for what it
// uses.

import { svgElement } from "../widgets/svg.js";

const RING_PARTS = { square: "rect", most: "circle", half: "circle", text: "text", used: "text" };

/**
 * Draw the rings of a pane: { square, half, most, text, used, color }, lengths in px of the
 * micrograph, around what lies `under` the pointer.
 */
export function drawRings(box, rings, { pane, offset }, view) {
  let svg = box.querySelector(".hwv-rings");
  if (!rings || !view.micrograph) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = box.appendChild(svgElement("svg", { class: "hwv-rings" }));
    for (const [name, tag] of Object.entries(RING_PARTS))
      svg.append(svgElement(tag, { class: name }));
  }
  const set = (name, attributes) => {
    const part = svg.querySelector(`.${name}`);
    for (const [attribute, value] of Object.entries(attributes))
      part.setAttribute(attribute, value);
    return part;
  };
  const pixel = view.camera.scale / view.micrograph.factor; // of the micrograph, on the page
  const [x, y] = [offset[0] + pane.w / 2, offset[1] + pane.h / 2];
  const edge = rings.square * pixel;
  svg.style.color = rings.color;
  set("square", { x: x - edge / 2, y: y - edge / 2, width: edge, height: edge });
  for (const name of ["half", "most"]) {
    const visibility = rings[name] ? "visible" : "hidden";
    set(name, { cx: x, cy: y, r: (rings[name] ?? 0) * pixel, visibility });
  }
  for (const [line, name] of ["text", "used"].entries()) {
    const text = set(name, { x: pane.w - 8, y: 46 + 16 * line, "text-anchor": "end" });
    text.textContent = rings[name];
  }
}

export function hideRings(boxes) {
  for (const svg of boxes.querySelectorAll(".hwv-rings")) svg.remove();
}
