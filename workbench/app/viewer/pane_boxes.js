// What stands over the canvas in each pane: title, warning, what the pane waits for, scale bar,
// frames and outlines.

import { drawBox } from "./box.js";
import { drawMarks } from "./marks.js";
import { drawMeasure } from "./measure.js";
import { drawOutlined } from "./outlined.js";
import { drawRegion } from "./region.js";
import { drawRings } from "./rings.js";
import { drawRuler } from "./ruler.js";
import { drawScaleBar } from "./scale_bar.js";
import { drawTarget } from "./target.js";
import { partOf } from "./views.js";
import { drawWidthDisc } from "./width_disc.js";

const PANE_PARTS =
  '<div class="hwv-clip"><div class="hwv-frame"></div></div>' +
  '<div class="hwv-head"><span><i class="hwv-chip"></i><span class="hwv-name"></span>' +
  '<span class="hwv-told"></span>' +
  '<span class="hwv-warning" tabindex="0"></span></span><span class="hwv-legend"></span></div>' +
  '<div class="hwv-wait"></div>' +
  '<div class="hwv-bar"><span></span><i></i></div>' +
  '<div class="hwv-cross"></div><div class="hwv-readout"></div>';

/** Draw a box for each pane that is placed. */
export function drawBoxes(view) {
  const { boxes, placed } = view;
  while (boxes.children.length > placed.length) boxes.lastChild.remove();
  for (const [place, pane] of placed.entries()) {
    const box = boxes.children[place] ?? boxes.appendChild(newBox());
    for (const [edge, name] of Object.entries({ left: "x", top: "y", width: "w", height: "h" })) {
      box.style[edge] = `${pane[name]}px`;
    }
    const [from, to] = partOf(pane);
    box.style.clipPath = pane.part ? `inset(0 ${100 - 100 * to}% 0 ${100 * from}%)` : "";
    box.classList.toggle("hwv-right", from > 0);
    drawHead(box, pane);
    drawWait(box, pane);
    drawOverlays(box, pane, view);
  }
}

function newBox() {
  const box = document.createElement("div");
  box.className = "hwv-pane";
  box.innerHTML = PANE_PARTS;
  return box;
}

function drawHead(box, { what, index }) {
  const letter = String.fromCharCode(97 + index);
  const name = box.querySelector(".hwv-name");
  name.textContent = `${letter}) ${what.title}`;
  name.title = what.title;
  box.classList.toggle("hwv-stale", Boolean(what.stale));
  const warning = box.querySelector(".hwv-warning");
  warning.textContent = what.warning ? `⚠ ${what.warning}` : "";
  warning.title = what.warnings ?? "";
  drawLegend(box.querySelector(".hwv-legend"), what.legend ?? []);
  const chip = box.querySelector(".hwv-chip");
  chip.style.display = what.color ? "" : "none";
  chip.style.background = what.color;
}

/** Say whose outlines a pane bears. */
function drawLegend(legend, networks) {
  const said = networks.map(({ title, threshold }) => `${title}  p > ${threshold.toFixed(2)}`);
  const drawn = JSON.stringify([said, networks.map(({ color }) => color)]);
  if (legend.drawn === drawn) return;
  legend.drawn = drawn;
  legend.replaceChildren(
    ...networks.flatMap(({ color }, place) => {
      const chip = document.createElement("i");
      chip.className = "hwv-chip";
      chip.style.background = color;
      return [chip, said[place]];
    }),
  );
}

function drawWait(box, { what }) {
  const wait = box.querySelector(".hwv-wait");
  wait.textContent = what.note || (what.busy ? "computing…" : "");
  wait.classList.toggle("busy", Boolean(what.busy));
}

function drawOverlays(box, pane, view) {
  const { model, micrograph } = view;
  const { what } = pane;
  const nmPerPx = model.get("nm_per_px");
  if (micrograph) {
    const pixel = ((nmPerPx ?? 1) * micrograph.factor) / view.camera.scale;
    drawScaleBar(box.querySelector(".hwv-bar"), pane, pixel, nmPerPx !== null);
  }
  drawRegion(box.querySelector(".hwv-frame"), model.get("region"), pane, view);
  // who measures the bar wants to see it
  drawMarks(box, model.get("ruler_on") ? [] : model.get("marks"), pane, view);
  drawWidthDisc(box, view.width, pane, view);
  drawOutlined(box, model.get("outlined")[what.key], model.get("picked"), pane, view);
  drawTarget(box, model.get("targets")[what.key], pane, view);
  drawRuler(box, pane, view);
  drawBox(box, pane, view);
  drawMeasure(box, pane, view);
  const { under } = view.pointer;
  if (under) drawRings(box, what.rings, under, view);
  box.querySelector(".hwv-told").textContent = thresholdText(what);
}

/** What the head says of a pane behind its title. */
function thresholdText({ kind, threshold, stale }) {
  if (kind !== "network") return "";
  return [`p > ${threshold.toFixed(2)}`, stale].filter(Boolean).join(", ");
}
