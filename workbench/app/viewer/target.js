// What is explained in a pane: the outline of the target, and a cross where the click was.

import { outlinePath, svgElement } from "../widgets/svg.js";

const TARGET_PATHS =
  '<path class="under"></path><path class="over"></path>' + // the outline
  '<path class="under"></path><path class="over"></path>'; // the cross

/**
 * Draw the target of a pane: { lines: [[x, y, x, y, ...]], at: [x, y] or null, color }, in px of
 * the micrograph.
 */
export function drawTarget(box, target, pane, view) {
  const { micrograph, camera } = view;
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-target");
  if (!target || !micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = clip.appendChild(svgElement("svg", { class: "hwv-target" }));
    svg.innerHTML = TARGET_PATHS;
  }
  const place = (point) =>
    point.map((value, axis) => camera.across(pane, value / micrograph.factor, axis));
  const [line, lineOver, cross, crossOver] = svg.children;
  if (svg.drawn !== target) {
    // the lines are written once and then only moved
    const drawn = target.lines.map(outlinePath).join("");
    for (const path of [line, lineOver]) path.setAttribute("d", drawn);
    svg.style.color = target.color;
    svg.drawn = target;
  }
  const [left, top] = place([0, 0]);
  const moved = `translate(${left} ${top}) scale(${camera.scale / micrograph.factor})`;
  for (const path of [line, lineOver]) path.setAttribute("transform", moved);
  const crossed = target.at ? crossPath(place(target.at)) : "";
  for (const path of [cross, crossOver]) path.setAttribute("d", crossed);
}

/** The path of a cross that leaves its middle free. */
function crossPath([x, y]) {
  return `M${x - 9},${y}h6M${x + 3},${y}h6M${x},${y - 9}v6M${x},${y + 3}v6`;
}
