// What Python sent of the micrograph and of the networks: one byte a pixel, at the resolution that
// is drawn. A view asks for it when it is ready.

import { newName, tell } from "../widgets/link.js";

export class Pixels {
  micrograph = null; // { data, width, height, full, low, high, factor }
  layers = { probability: new Map(), mask: new Map() }; // by the key of a pane

  /** `forget`: called with what will not be drawn again. */
  constructor(model, forget) {
    this.model = model;
    this.forget = forget;
    this.name = newName(); // by which Python knows the view
    this.told = false; // whether Python has sent what it had
  }

  /**
   * Ask for the pixels until Python answers: the first message of a page that joins a running
   * kernel can get lost. Python sends them once to each name, however often a kernel that is busy
   * finds the question.
   */
  ask(again = 1500) {
    tell(this.model, { kind: "ready", view: this.name });
    this.asking = setTimeout(() => this.ask(2 * again), again);
  }

  /** Ask once more under a new name: what was sent meanwhile may be lost. */
  askAgain() {
    this.close();
    this.name = newName();
    this.told = false;
    this.ask();
  }

  /** Python has heard the question; whether it sent the pixels with this answer. */
  answered({ view, pixels }) {
    if (view !== this.name) return; // another view of the same widget asked
    clearTimeout(this.asking);
    this.told ||= pixels;
    if (!this.told) this.askAgain(); // the answer with the pixels got lost
  }

  /** Take a message with pixels, or one that takes some away. */
  receive(message, buffers) {
    const { kind, key } = message;
    if (kind === "clear") this.#drop(key);
    if (kind === "clear mask") this.#drop(key, ["mask"]);
    if (!buffers?.length) return;
    const { buffer, byteOffset, byteLength } = buffers[0];
    const layer = { ...message, data: new Uint8Array(buffer, byteOffset, byteLength) };
    if (kind === "micrograph") {
      if (this.micrograph) this.forget(this.micrograph);
      const factor = layer.full[1] / layer.width; // pixels of the file in one of the texture
      this.micrograph = { ...layer, factor };
    } else if (kind in this.layers) {
      this.#drop(key, kind === "probability" ? ["probability", "mask"] : [kind]);
      this.layers[kind].set(key, layer);
    }
  }

  /**
   * What a pane shows of a network: the exact mask where it fits the threshold, else the live
   * probability.
   */
  layerOf({ key, threshold }) {
    const mask = this.layers.mask.get(key);
    if (mask && Math.abs(mask.threshold - threshold) < 1e-4) return { layer: mask, threshold: 0.5 };
    const probability = this.layers.probability.get(key);
    return probability ? { layer: probability, threshold } : null;
  }

  #drop(key, kinds = Object.keys(this.layers)) {
    for (const kind of kinds.map((name) => this.layers[name])) {
      if (kind.has(key)) this.forget(kind.get(key));
      kind.delete(key);
    }
  }

  close() {
    clearTimeout(this.asking);
  }
}
