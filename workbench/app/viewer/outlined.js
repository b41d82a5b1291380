// Lines around particles: those that are left out, made by hand, chosen, pointed at.

import { outlinePath, svgElement } from "../widgets/svg.js";

const LOOKS = ["out", "made", "pointed", "chosen"]; // the last lies on top

/** Draw the lines of a pane: { out: [[x, y, x, y, ...]], made, pointed, chosen }, in px. */
export function drawOutlined(box, lines, pane, view) {
  const { micrograph, camera } = view;
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-outlined");
  if (!lines || !micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  svg ??= clip.appendChild(newOutlined());
  if (svg.drawn !== lines) {
    // written once, then only moved
    for (const group of svg.children) {
      const drawn = (lines[group.dataset.look] ?? []).map(outlinePath).join("");
      for (const path of group.children) path.setAttribute("d", drawn);
    }
    svg.drawn = lines;
  }
  const [left, top] = [0, 0].map((value, axis) => camera.across(pane, value, axis));
  const moved = `translate(${left} ${top}) scale(${camera.scale / micrograph.factor})`;
  for (const path of svg.querySelectorAll("path")) path.setAttribute("transform", moved);
}

function newOutlined() {
  const svg = svgElement("svg", { class: "hwv-outlined" });
  for (const look of LOOKS) {
    const group = svg.appendChild(svgElement("g", { "data-look": look }));
    for (const part of ["under", "over"]) group.appendChild(svgElement("path", { class: part }));
  }
  return svg;
}
