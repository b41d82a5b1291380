// A disc as wide as a particle, in the middle of every pane, while a hand is on the slider of that
// width.

import { svgElement } from "../widgets/svg.js";

/** Draw a disc of so many px of the micrograph; null: none. */
export function drawWidthDisc(box, width, pane, view) {
  const { micrograph, camera } = view;
  let svg = box.querySelector(".hwv-disc");
  if (width === null || !micrograph) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = box.querySelector(".hwv-clip").appendChild(svgElement("svg", { class: "hwv-disc" }));
    for (const name of ["under", "over"]) svg.append(svgElement("circle", { class: name }));
  }
  const place = {
    cx: pane.w / 2,
    cy: pane.h / 2,
    r: ((width / micrograph.factor) * camera.scale) / 2,
  };
  for (const circle of svg.children)
    for (const [name, value] of Object.entries(place)) circle.setAttribute(name, value);
}
