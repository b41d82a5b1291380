// What is explained in a pane: the outline of the target, and a cross where the click was.

/**
 * Draw the target of a pane: { lines: [[x, y, x, y, ...]], at: [x, y] or null, color }, in px of
 * the micrograph.
 */
function drawTarget(box, target, pane, view) {
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-target");
  if (!target || !view.micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = clip.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    svg.setAttribute("class", "hwv-target");
    svg.innerHTML =
      '<path class="under"></path><path class="over"></path>' + // the outline
      '<path class="under"></path><path class="over"></path>'; // the cross
  }
  const full = view.micrograph.full[1] / view.micrograph.width;
  const scale = view.scale / full;
  const place = ([x, y]) =>
    [
      [x, 0, pane.w],
      [y, 1, pane.h],
    ].map(([value, axis, room]) => (value / full - view.centre[axis]) * view.scale + room / 2);
  const [line, lineOver, cross, crossOver] = svg.children;
  if (svg.drawn !== target) {
    // the lines are written once and then only moved
    const drawn = target.lines.map(outlinePath).join("");
    for (const path of [line, lineOver]) path.setAttribute("d", drawn);
    svg.style.color = target.color;
    svg.drawn = target;
  }
  const [left, top] = place([0, 0]);
  for (const path of [line, lineOver])
    path.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  const [x, y] = target.at ? place(target.at) : [0, 0];
  for (const path of [cross, crossOver])
    path.setAttribute(
      "d",
      target.at ? `M${x - 9},${y}h6M${x + 3},${y}h6M${x},${y - 9}v6M${x},${y + 3}v6` : "",
    );
}

/** The path of a closed line [x, y, x, y, ...]. */
function outlinePath(points) {
  const corners = Array.from({ length: points.length / 2 }, (_, i) =>
    points.slice(2 * i, 2 * i + 2),
  );
  return `M${corners.map((corner) => corner.join(",")).join("L")}Z`;
}
