// What is left out of a micrograph: hatched boxes over data bars, scale bars and letters, in every
// pane.

import { svgElement } from "../widgets/svg.js";

const HATCH =
  '<defs><pattern id="hwv-hatch" width="8" height="8" ' +
  'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect width="8" height="8" class="ground"></rect><line y2="8" class="line"></line>' +
  "</pattern></defs>";

/** Draw the boxes [[top, left, bottom, right], ...], in px of the micrograph, in one pane. */
export function drawMarks(box, marks, pane, view) {
  const { micrograph, camera } = view;
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-marks");
  if (!marks.length || !micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = svgElement("svg", { class: "hwv-marks" });
    clip.prepend(svg); // under the frame and the target
    svg.innerHTML = HATCH;
  }
  while (svg.children.length > marks.length + 1) svg.lastChild.remove();
  const { factor } = micrograph;
  for (const [index, [top, left, bottom, right]] of marks.entries()) {
    const rect = svg.children[index + 1] ?? svg.appendChild(svgElement("rect", { class: "mark" }));
    const attributes = {
      fill: "url(#hwv-hatch)",
      x: camera.across(pane, left / factor, 0),
      y: camera.across(pane, top / factor, 1),
      width: ((right - left) / factor) * camera.scale,
      height: ((bottom - top) / factor) * camera.scale,
    };
    for (const [name, value] of Object.entries(attributes)) rect.setAttribute(name, value);
  }
}
