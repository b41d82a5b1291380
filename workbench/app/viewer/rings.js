// The receptive field around the cursor: a square for what the network can see, circles for what it
// uses.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Draw the rings of a pane: { square, half, most, text, used, color }, lengths in px of the
 * micrograph.
 */
function drawRings(box, rings, under, view) {
  let svg = box.querySelector(".hwv-rings");
  if (!rings || !view.micrograph) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = box.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("class", "hwv-rings");
    for (const [tag, what] of [
      ["rect", "square"],
      ["circle", "most"],
      ["circle", "half"],
      ["text", "text"],
      ["text", "used"],
    ]) {
      svg.appendChild(document.createElementNS(SVG, tag)).setAttribute("class", what);
    }
  }
  // of the screen, a px of the micrograph
  const scale = (view.scale * view.micrograph.width) / view.micrograph.full[1];
  const [x, y] = [under.offset[0] + under.pane.w / 2, under.offset[1] + under.pane.h / 2];
  const edge = rings.square * scale;
  const set = (what, values) => {
    const drawn = svg.querySelector(`.${what}`);
    for (const [name, value] of Object.entries(values)) drawn.setAttribute(name, value);
  };
  svg.style.color = rings.color;
  set("square", { x: x - edge / 2, y: y - edge / 2, width: edge, height: edge });
  for (const what of ["half", "most"])
    set(what, {
      cx: x,
      cy: y,
      r: (rings[what] ?? 0) * scale,
      visibility: rings[what] ? "visible" : "hidden",
    });
  for (const [line, what] of ["text", "used"].entries()) {
    set(what, { x: under.pane.w - 8, y: 18 + 16 * line, "text-anchor": "end" });
    svg.querySelector(`.${what}`).textContent = rings[what];
  }
}

function hideRings(labels) {
  for (const svg of labels.querySelectorAll(".hwv-rings")) svg.remove();
}
