// The true intensity of the pixel under the pointer: Python has it; what the browser draws has 8
// bits and is cut off at both ends.

import { tell } from "../widgets/link.js";

const REST_MS = 40; // for so long the pointer rests before Python is asked

export class Intensity {
  pixel = null; // [column, row] of the micrograph under the pointer
  exact = null; // what Python told of it

  constructor(model, pixels) {
    this.model = model;
    this.pixels = pixels;
  }

  /** Ask for a pixel once the pointer rests on it; null: for none. */
  ask(pixel) {
    if (String(pixel) === String(this.pixel)) return;
    this.close();
    this.pixel = pixel;
    this.exact = null;
    if (!pixel) return;
    const at = [pixel[1], pixel[0]];
    const question = () => tell(this.model, { kind: "pixel", view: this.pixels.name, at });
    this.resting = setTimeout(question, REST_MS);
  }

  /** Take Python's answer; false where it is for another view or for a pixel that was left. */
  answered({ view, at: [row, column], value }) {
    if (view !== this.pixels.name || row !== this.pixel?.[1] || column !== this.pixel[0])
      return false;
    this.exact = value;
    return true;
  }

  close() {
    clearTimeout(this.resting);
  }
}
