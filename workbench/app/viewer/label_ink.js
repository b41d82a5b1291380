// What a tool draws over every pane before anything is painted: the ring of the brush, the line of
// a lasso or polygon.

/** Draw the ring or the line of the hand that labels, or nothing. */
export function drawInk(hand) {
  const { view, stroke, tool, ink } = hand;
  const { under } = view.pointer;
  const line = stroke && ["lasso", "line", "polygon"].includes(stroke.tool);
  const ring = under && (tool === "brush" || tool === "eraser");
  if (!ring && !line) {
    if (ink.childNodes.length) ink.replaceChildren();
    return;
  }
  ink.innerHTML = view.placed
    .map((pane) => {
      const box = `x="${pane.x}" y="${pane.y}" width="${pane.w}" height="${pane.h}"`;
      return `<svg ${box}>${line ? lineIn(pane, hand) : ringIn(pane, hand)}</svg>`;
    })
    .join("");
}

/** Where the middle of a pixel [row, column] of the micrograph lies in a pane, as [x, y]. */
function placeOf([row, column], pane, { view, factor }) {
  return [column, row].map((edge, axis) => view.camera.across(pane, (edge + 0.5) / factor, axis));
}

function lineIn(pane, hand) {
  const { tool, points } = hand.stroke;
  const { under } = hand.view.pointer;
  const ends = tool === "polygon" && under ? [...points, hand.pixel(under.point)] : points;
  const written = (point) => placeOf(point, pane, hand).map((edge) => edge.toFixed(1));
  const path = ends.map((point) => written(point).join(",")).join(" ");
  const corners = tool === "polygon" ? points.map((point) => placeOf(point, pane, hand)) : [];
  return [
    `<polyline class="under" points="${path}"/><polyline points="${path}"/>`,
    ...corners.map(([x, y]) => `<rect x="${x - 3}" y="${y - 3}" width="6" height="6"/>`),
  ].join("");
}

function ringIn(pane, hand) {
  const { view, stroke, factor } = hand;
  const size = stroke?.size ?? hand.model.get("brush_px");
  const [x, y] = placeOf(hand.pixel(view.pointer.under.point), pane, hand);
  const circle = `cx="${x}" cy="${y}" r="${Math.max((size / 2 / factor) * view.camera.scale, 1)}"`;
  return `<circle class="under" ${circle}/><circle ${circle}/>`;
}
