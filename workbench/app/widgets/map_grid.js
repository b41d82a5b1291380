// Maps of attribution over their micrograph, a row a network, a column a method. Colours follow
// from two numbers, the opacity and the limit of a map, so that a slider draws here and no pixel
// travels. Python's half is map_grid.py.

import { LargeMap } from "./large_map.js";
import { bytesOf, hearPython } from "./link.js";
import { spectrum } from "./map_curve.js";
import { outlinePath, svgElement } from "./svg.js";

// from white: what speaks for the answer in orange, what speaks against it in blue; both seen alike
// by colour-blind eyes
const FOR = [
  [255, 255, 255],
  [253, 184, 99],
  [199, 89, 0],
];
const AGAINST = [
  [255, 255, 255],
  [128, 186, 224],
  [0, 82, 148],
];
const STEPS = 256;
/** Red, green and blue of shares from -1 to 1, in steps. */
const TABLE = Array.from({ length: 2 * STEPS + 1 }, (_, entry) => {
  const share = entry / STEPS - 1;
  const stops = share < 0 ? AGAINST : FOR;
  const at = Math.abs(share) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((value, part) => value + (stops[low + 1][part] - value) * (at - low));
});

function make(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/** What can be concluded from a map: a mark of colour and shape, and a sentence. */
function verdict(level, sentence) {
  const made = make("p", "hw-verdict", sentence);
  made.dataset.level = level;
  made.prepend(make("i", "", { good: "✓", unsure: "?", bad: "✗" }[level]));
  return made;
}

class Grid {
  constructor(model, el) {
    this.model = model;
    this.root = el.appendChild(make("div", "hw-maps"));
    this.cells = new Map();
    this.large = new LargeMap(this.root);
  }

  receive(message, buffers) {
    const bytes = bytesOf(buffers);
    if (message.kind === "grid") this.lay(message, bytes);
    else if (message.kind === "cell") this.fill(message, bytes);
  }

  lay(grid, grey) {
    this.grid = grid;
    this.grey = grey;
    this.cells.clear();
    this.root.style.setProperty("--columns", Math.max(grid.columns.length, 1));
    this.root.style.setProperty("--rows", Math.max(grid.rows.length, 1));
    this.large.close();
    this.root.replaceChildren();
    for (const row of grid.rows) {
      const head = this.root.appendChild(make("div", "hw-map-row"));
      const chip = head.appendChild(make("i", ""));
      chip.style.background = row.color;
      head.append(make("b", "", row.label), make("span", "", row.target));
      if (row.remark) head.append(make("em", "", row.remark));
      if (row.refusal) {
        head.append(make("em", "", row.refusal));
        continue;
      }
      for (const column of grid.columns) {
        const box = this.root.appendChild(make("div", "hw-map"));
        this.cells.set(`${row.key} ${column}`, { box, row });
      }
    }
  }

  fill(cell, bytes) {
    const held = this.cells.get(`${cell.row} ${cell.column}`);
    if (!held) return;
    held.cell = cell;
    held.data = bytes ? new Float32Array(bytes.slice().buffer) : null;
    held.box.dataset.state = cell.state;
    held.box.dataset.method = cell.column;
    held.box.dataset.network = cell.row;
    const known = [
      held.row.label,
      cell.title,
      held.row.target,
      ...(cell.scale ? [cell.scale] : []),
    ];
    held.box.title = known.join(" · ");
    const said = make("div", "hw-map-said");
    said.append(
      make("b", "", cell.title),
      ...(cell.verdict.length ? [verdict(...cell.verdict)] : []),
      ...cell.said.map((line) => make("span", "", line)),
    );
    const seen = make("div", "hw-map-seen");
    seen.append(this.picture(held), ...(cell.curve ? [spectrum(cell.curve, held.row.color)] : []));
    held.box.replaceChildren(seen, said);
    this.colour(held);
  }

  picture(held) {
    const { grid } = this;
    const frame = make("div", "hw-map-picture");
    frame.classList.toggle("hw-marked", Boolean(held.cell.mark));
    if (!this.grey) return frame;
    held.canvas = frame.appendChild(document.createElement("canvas"));
    frame.addEventListener("click", () => this.large.show(held));
    Object.assign(held.canvas, { width: grid.width, height: grid.height });
    const svg = frame.appendChild(
      svgElement("svg", { viewBox: `0 0 ${grid.width} ${grid.height}` }),
    );
    const lines = held.row.lines.map(outlinePath).join("");
    for (const name of ["under", "over"]) svg.append(svgElement("path", { d: lines, class: name }));
    const bar = frame.appendChild(make("div", "hw-map-bar", grid.bar_text));
    const wide = grid.width / Math.max(grid.width, grid.height);
    bar.style.setProperty("--length", `${100 * grid.bar * wide}%`);
    if (held.cell.mark) frame.append(make("div", "hw-map-mark", held.cell.mark));
    if (held.cell.state === "running" || held.cell.state === "waiting")
      frame.append(
        make("div", "hw-map-wait", held.cell.state === "running" ? "computing…" : "waits"),
      );
    return frame;
  }

  colour({ canvas, data, cell }) {
    if (!canvas || !this.grey) return;
    const { width, height } = canvas;
    const image = new ImageData(width, height);
    const opacity = data ? this.model.get("opacity") : 0;
    const limit = this.model.get("limits")[`${cell.row} ${cell.column}`] || 1;
    for (let index = 0; index < width * height; index++) {
      const grey = this.grey[index];
      const tint =
        TABLE[STEPS + Math.round(STEPS * Math.min(Math.max((data?.[index] ?? 0) / limit, -1), 1))];
      for (let part = 0; part < 3; part++)
        image.data[4 * index + part] = grey + (tint[part] - grey) * opacity;
      image.data[4 * index + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  recolour() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      for (const held of this.cells.values()) if (held.cell) this.colour(held);
    });
  }
}

function render({ model, el }) {
  const grid = new Grid(model, el);
  const recolour = () => grid.recolour();
  model.on("change:opacity", recolour);
  model.on("change:limits", recolour);
  const close = hearPython(model, (message, buffers) => grid.receive(message, buffers));
  return () => {
    close();
    grid.large.close();
    cancelAnimationFrame(grid.frame);
    model.off("change:opacity", recolour);
    model.off("change:limits", recolour);
  };
}

export default { render };
