// The region that Python names: a frame around it in every pane.

/** Draw the frame of [top, left, bottom, right], in px of the micrograph, or hide it. */
export function drawRegion(frame, [top, left, bottom, right], pane, view) {
  const { micrograph, camera } = view;
  const shown = micrograph && right > left;
  frame.style.display = shown && view.overlay ? "block" : "none";
  if (!shown) return;
  const { factor } = micrograph;
  const edges = {
    left: camera.across(pane, left / factor, 0),
    top: camera.across(pane, top / factor, 1),
    width: ((right - left) / factor) * camera.scale,
    height: ((bottom - top) / factor) * camera.scale,
  };
  for (const [edge, value] of Object.entries(edges)) frame.style[edge] = `${value}px`;
}

/** The region in pixels of the texture, null where Python names none. */
export function regionBox([top, left, bottom, right], { factor }) {
  if (!(right > left)) return null;
  const box = { top, left, bottom, right };
  return Object.fromEntries(Object.entries(box).map(([edge, value]) => [edge, value / factor]));
}
