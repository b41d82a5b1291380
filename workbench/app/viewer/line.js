// A straight line with ticks at its ends: how a hand draws it in a pane, and how all panes show it.

import { svgElement } from "../widgets/svg.js";

export const STILL_PX = 3; // a click may move so far
const TICK_PX = 7; // on each side of an end
const PARTS =
  '<path class="under"></path><path class="over"></path>' + '<text class="length"></text>';

/**
 * Follow the hand from a press on. `moved` is told the line, [row, column, row, column] in px of
 * the micrograph, null while it may still be a click; `ended` both ends and whether it was one.
 */
export function followLine(view, event, under, { moved, ended }) {
  const place = ([x, y]) => lineEnd(view.micrograph, x, y);
  const start = place(under.point);
  const pressed = [event.clientX, event.clientY];
  let click = true;
  let end = start;
  const move = (next) => {
    if (next.pointerId !== event.pointerId) return;
    const shift = Math.hypot(next.clientX - pressed[0], next.clientY - pressed[1]);
    click &&= shift <= STILL_PX;
    end = click ? start : place(view.pointer.pointIn(under.pane, next));
    moved(click ? null : [...start, ...end]);
    view.refresh();
  };
  const up = (last) => {
    if (last.pointerId !== event.pointerId) return;
    move(last);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    ended([start, end], click);
    view.refresh();
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
}

/** Row and column of a point of the texture, inside of the micrograph. */
function lineEnd({ width, height, factor, full }, x, y) {
  const inside = (value, edge) => Math.min(Math.max(value, 0), edge) * factor;
  return [Math.min(inside(y, height), full[0]), Math.min(inside(x, width), full[1])];
}

/** What a hand draws in a pane, and the words of it; null where there is to be nothing. */
export function drawingIn(box, name, wanted, drawing) {
  const clip = box.querySelector(".hwv-clip");
  let svg = clip.querySelector(`.${name}`);
  if (!wanted) {
    svg?.remove();
    return null;
  }
  if (!svg) {
    svg = clip.appendChild(svgElement("svg", { class: `hwv-ruler ${name}` }));
    svg.innerHTML = PARTS;
  }
  svg.classList.toggle("drawing", drawing);
  return svg;
}

/** Draw a line with words above its middle in one pane; `name` is its class; no line: none. */
export function drawLine(box, name, { line, words, drawing }, pane, view) {
  const { micrograph, camera } = view;
  const svg = drawingIn(box, name, line && micrograph, drawing);
  if (!svg) return;
  const [top, left, bottom, right] = line;
  const at = (row, column) =>
    [column, row].map((value, axis) => camera.across(pane, value / micrograph.factor, axis));
  const [start, end] = [at(top, left), at(bottom, right)];
  const length = Math.hypot(end[0] - start[0], end[1] - start[1]) || 1;
  const across = [-(end[1] - start[1]) / length, (end[0] - start[0]) / length];
  const tick = ([x, y]) => {
    const [dx, dy] = across.map((value) => value * TICK_PX);
    return `M${x - dx},${y - dy}L${x + dx},${y + dy}`;
  };
  const path = `${tick(start)}${tick(end)}M${start}L${end}`;
  for (const part of svg.querySelectorAll("path")) part.setAttribute("d", path);
  const text = svg.querySelector("text");
  text.textContent = words;
  text.setAttribute("x", (start[0] + end[0]) / 2);
  text.setAttribute("y", Math.min(start[1], end[1]) - TICK_PX - 4);
}
