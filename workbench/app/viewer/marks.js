// What is left out of a micrograph: hatched boxes over data bars, scale bars and letters, in every
// pane.

/** Draw the boxes [[top, left, bottom, right], ...], in px of the micrograph, in one pane. */
function drawMarks(box, marks, pane, view) {
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(".hwv-marks");
  if (!marks.length || !view.micrograph || !view.overlay) {
    svg?.remove();
    return;
  }
  if (!svg) {
    svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "hwv-marks");
    clip.prepend(svg); // under the frame and the target
    svg.innerHTML =
      '<defs><pattern id="hwv-hatch" width="8" height="8" ' +
      'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="8" height="8" class="ground"></rect><line y2="8" class="line"></line>' +
      "</pattern></defs>";
  }
  while (svg.children.length > marks.length + 1) svg.lastChild.remove();
  const full = view.micrograph.full[1] / view.micrograph.width;
  const at = (value, axis) =>
    (value / full - view.centre[axis]) * view.scale + (axis ? pane.h : pane.w) / 2;
  marks.forEach(([top, left, bottom, right], index) => {
    const rect =
      svg.children[index + 1] ??
      svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    rect.setAttribute("class", "mark");
    rect.setAttribute("fill", "url(#hwv-hatch)");
    const place = {
      x: at(left, 0),
      y: at(top, 1),
      width: ((right - left) / full) * view.scale,
      height: ((bottom - top) / full) * view.scale,
    };
    for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
  });
}
