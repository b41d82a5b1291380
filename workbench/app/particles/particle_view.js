// One particle as the micrograph has it: outlined, with a scale bar. Python's half is
// particle_view.py.

import { lengthText, roundLength } from "../viewer/words.js";
import { bytesOf, hearPython } from "../widgets/link.js";
import { outlinePath, svgElement } from "../widgets/svg.js";

const NOTHING = "No particle";
const BAR_SHARE = 0.4; // of the width, at most

class ParticlePicture {
  constructor(el) {
    this.root = el.appendChild(document.createElement("div"));
    this.root.className = "hw-one-particle hw-no-particle"; // until Python says which
    this.root.setAttribute("role", "img");
    this.root.setAttribute("aria-label", NOTHING);
    this.canvas = this.root.appendChild(document.createElement("canvas"));
    this.svg = this.root.appendChild(svgElement("svg", { "aria-hidden": "true" }));
    this.bar = this.root.appendChild(document.createElement("div"));
    this.bar.className = "hw-bar";
    this.bar.append(document.createElement("span"), document.createElement("i"));
  }

  receive(message, buffers) {
    const { width, height, lines, name } = message;
    this.root.classList.toggle("hw-no-particle", !width);
    this.root.setAttribute("aria-label", name ?? NOTHING);
    this.svg.replaceChildren();
    if (!width) return;
    this.#drawGrey(bytesOf(buffers), width, height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const d = lines.map(outlinePath).join("");
    for (const kind of ["under", "over"]) this.svg.append(svgElement("path", { d, class: kind }));
    this.#drawBar(message);
  }

  #drawGrey(grey, width, height) {
    const image = new ImageData(width, height);
    for (let index = 0; index < width * height; index++) {
      image.data.fill(grey[index], 4 * index, 4 * index + 3);
      image.data[4 * index + 3] = 255;
    }
    Object.assign(this.canvas, { width, height });
    this.canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** As long as it is on the picture, which is as large as the dock lets it be. */
  #drawBar({ width, height, pixel, in_nm: inNm }) {
    const edge = Math.max(width, height); // the picture fits into a square
    const length = roundLength(BAR_SHARE * width * pixel);
    this.bar.querySelector("span").textContent = inNm ? lengthText(length) : `${length} px`;
    this.bar.querySelector("i").style.width = `${(100 * length) / (pixel * edge)}cqw`;
    this.bar.style.left = `${50 * (1 - width / edge)}%`;
    this.bar.style.bottom = `${50 * (1 - height / edge)}%`;
  }
}

function render({ model, el }) {
  const picture = new ParticlePicture(el);
  return hearPython(model, (message, buffers) => picture.receive(message, buffers));
}

export default { render };
