// A spectrum with its rings and spots, and the spacing under the pointer. Python's half is
// spectrum_view.py. Places are in pixels of the picture, from its middle, up and to the right.

import { bytesOf, hearPython } from "./link.js";
import { svgElement } from "./svg.js";

const SPOT_PX = 7; // radius of a spot's circle, at a picture of this many pixels:
const SPOT_EDGE = 256;
const LABEL_DEGREES = 24; // where the first ring bears its name; the next ones turn away from it
const TURN_DEGREES = 32;
const LABEL_PX = 28; // half of a name's width, which stays within the picture

/** What is said of a place: its spacing, frequency and direction. */
export function spacingText(across, up, { step, nm_per_px: nm }) {
  const perPx = Math.hypot(across, up) * step;
  if (perPx < step) return "";
  const angle = ((Math.atan2(up, across) * 180) / Math.PI + 180) % 180;
  const spacing = nm === null ? `${(1 / perPx).toPrecision(3)} px` : nanometres(nm / perPx);
  const frequency =
    nm === null ? `${perPx.toPrecision(3)} per px` : `${(perPx / nm).toPrecision(3)} nm⁻¹`;
  return `d = ${spacing} · ${frequency} · ${angle.toFixed(0)}°`;
}

const nanometres = (nm) => `${nm.toPrecision(nm < 1 ? 3 : 4)} nm`;

class Spectrum {
  constructor(el) {
    this.root = el.appendChild(document.createElement("div"));
    this.root.className = "hw-spectrum";
    this.canvas = this.root.appendChild(document.createElement("canvas"));
    this.svg = this.root.appendChild(svgElement("svg", { "aria-hidden": "true" }));
    this.said = this.root.appendChild(document.createElement("output"));
    this.root.addEventListener("pointermove", (event) => this.hover(event));
    this.root.addEventListener("pointerleave", () => this.say(""));
  }

  receive(message, buffers) {
    this.shown = message.edge ? message : null;
    this.root.classList.toggle("hw-empty-spectrum", !this.shown);
    this.svg.replaceChildren();
    this.say("");
    if (!this.shown) return;
    this.#drawGrey(bytesOf(buffers));
    this.#drawMarks();
  }

  #drawGrey(grey) {
    const { edge } = this.shown;
    const image = new ImageData(edge, edge);
    for (let index = 0; index < edge * edge; index++) {
      image.data.fill(grey[index], 4 * index, 4 * index + 3);
      image.data[4 * index + 3] = 255;
    }
    Object.assign(this.canvas, { width: edge, height: edge });
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  #drawMarks() {
    const { edge, step, rings, spots } = this.shown;
    const half = edge / 2;
    const size = edge / SPOT_EDGE;
    this.svg.setAttribute("viewBox", `${-half} ${-half} ${edge} ${edge}`);
    this.svg.style.setProperty("--size", `${11 * size}px`);
    const add = (tag, attributes, text = "") => {
      const made = this.svg.appendChild(svgElement(tag, attributes));
      made.textContent = text;
    };
    const seen = rings.filter((ring) => ring.per_px / step < half);
    for (const [place, ring] of seen.entries()) {
      const r = ring.per_px / step;
      const turn = ((LABEL_DEGREES - TURN_DEGREES * place) * Math.PI) / 180;
      add("circle", { r, class: "ring" });
      const far = half - LABEL_PX * size;
      const x = Math.min(Math.max(r * Math.cos(turn), -far), far);
      add("text", { x, y: -r * Math.sin(turn), class: "ring" }, ring.name);
    }
    for (const [place, spot] of spots.entries()) {
      const r = spot.per_px / step;
      const turn = (spot.angle_deg * Math.PI) / 180;
      const [x, y] = [r * Math.cos(turn), -r * Math.sin(turn)];
      for (const sign of [1, -1]) {
        add("circle", { cx: sign * x, cy: sign * y, r: SPOT_PX * size, class: "spot" });
      }
      const above = Math.max(y - 7 * size, 12 * size - half); // its number stays in the picture
      add("text", { x: x + 9 * size, y: above, class: "spot" }, `${place + 1}`);
    }
    const names = seen.map((ring) => ring.name).join(", ") || "none";
    this.svg.setAttribute("aria-label", `Power spectrum; spots: ${spots.length}; rings: ${names}`);
  }

  /** Say what lies under the pointer. */
  hover(event) {
    if (!this.shown) return;
    const box = this.canvas.getBoundingClientRect();
    const { edge } = this.shown;
    const across = ((event.clientX - box.left) / box.width - 0.5) * edge;
    const up = (0.5 - (event.clientY - box.top) / box.height) * edge;
    this.say(spacingText(across, up, this.shown));
  }

  say(text) {
    this.said.textContent = text;
  }
}

function render({ model, el }) {
  const spectrum = new Spectrum(el);
  return hearPython(model, (message, buffers) => spectrum.receive(message, buffers));
}

export default { render };
