// Lines around particles: those that are left out or made by hand, in the pane of their network;
// the chosen one and the one that is pointed at, in all.

import { outlinePath, svgElement } from "../widgets/svg.js";

const LOOKS = ["out", "made", "pointed", "chosen"]; // the last lies on top

/** Draw the lines of a pane, look -> [[x, y, x, y, ...]] in px: its own, and those of all. */
export function drawOutlined(box, own, everywhere, pane, view) {
  const { micrograph, camera } = view;
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-outlined");
  const lines = { ...own, ...everywhere };
  if (!Object.keys(lines).length || !micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  svg ??= clip.appendChild(newOutlined());
  for (const group of svg.children) {
    const drawn = lines[group.dataset.look];
    if (group.drawn === drawn) continue; // written once, then only moved
    group.drawn = drawn;
    const path = (drawn ?? []).map(outlinePath).join("");
    for (const part of group.children) part.setAttribute("d", path);
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
