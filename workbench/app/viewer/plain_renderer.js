// Draws a scene without WebGL2, pixel by pixel at half the size: fills only, no outlines.

import { DISAGREEMENT, LABEL_COLOURS, ramp } from "./colours.js";
import { partOf } from "./views.js";

const COARSE = 2; // edge in px of the screen of what is drawn as one
const STRIPE = 2; // of these

/** Whether a layer is above its threshold at a pixel of the micrograph. */
function isAbove({ layer, threshold }, x, y) {
  const row = Math.min(y, layer.height - 1);
  const column = Math.min(x, layer.width - 1);
  return layer.data[row * layer.width + column] / 255 > threshold;
}

/** Whether the outline of a layer goes through a pixel, as wide as so many px. */
function isRim(layer, x, y, far) {
  if (!isAbove(layer, x, y)) return false;
  const near = (across, down) => isAbove(layer, Math.max(x + across, 0), Math.max(y + down, 0));
  return !(near(far, 0) && near(-far, 0) && near(0, far) && near(0, -far));
}

/** The entry of the colour map for a level from 0 to 1. */
function entryOf(level, { contrast: [low, high], gamma, invert }) {
  const value = Math.min(Math.max((level - low) / Math.max(high - low, 1e-6), 0), 1) ** gamma;
  return Math.round((invert ? 1 - value : value) * 255);
}

/** The colour that covers a pixel of the micrograph, and how much; stripes are of the screen. */
function cover(scene, pane, x, y, across) {
  const labelled = scene.label && !pane.network;
  const mine = labelled ? scene.label.image.data[y * scene.micrograph.width + x] : 0;
  if (mine) return [LABEL_COLOURS[mine], scene.opacity];
  const [own, ...others] = pane.layers;
  const here = Boolean(own) && isAbove(own, x, y);
  if (scene.disagree && others.some((layer) => isAbove(layer, x, y) !== here)) {
    return [DISAGREEMENT[Math.floor(across / STRIPE) % 2], 0.85];
  }
  return [here ? inkOf(own, pane, x, y) : pane.tint, here ? scene.opacity : 0];
}

/** The colour of a mask at a pixel of it: 255 is the pane's own, 254 the first of the palette. */
function inkOf({ layer }, { palette, tint }, x, y) {
  const row = Math.min(y, layer.height - 1);
  const column = Math.min(x, layer.width - 1);
  return palette[254 - layer.data[row * layer.width + column]] ?? tint;
}

export class PlainRenderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  forget() {} // nothing is kept

  /** Draw a scene, see scene.js. */
  draw(scene) {
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!scene.micrograph) return;
    for (const pane of scene.panes) {
      const image = this.#imageOf(scene, pane);
      const spare = new OffscreenCanvas(image.width, image.height);
      spare.getContext("2d").putImageData(image, 0, 0);
      const box = [pane.x, pane.y, pane.w, pane.h].map((edge) => edge * scene.ratio);
      const [from, to] = partOf(pane);
      context.save();
      context.beginPath();
      context.rect(box[0] + from * box[2], box[1], (to - from) * box[2], box[3]);
      context.clip();
      context.drawImage(spare, ...box);
      context.restore();
    }
  }

  #imageOf(scene, pane) {
    const { micrograph, centre, scale } = scene;
    const colours = ramp(scene.colormap);
    const width = Math.max(1, Math.round(pane.w / COARSE));
    const height = Math.max(1, Math.round(pane.h / COARSE));
    const image = new ImageData(width, height);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const x = Math.floor(centre[0] + (((column + 0.5) / width - 0.5) * pane.w) / scale);
        const y = Math.floor(centre[1] + (((row + 0.5) / height - 0.5) * pane.h) / scale);
        if (x < 0 || y < 0 || x >= micrograph.width || y >= micrograph.height) continue;
        if (pane.rims && !isRim(pane.layers[0], x, y, Math.ceil(COARSE / scale))) continue;
        const from = 4 * entryOf(micrograph.data[y * micrograph.width + x] / 255, scene);
        const to = 4 * (row * width + column);
        const [tint, amount] = pane.rims ? [pane.tint, 1] : cover(scene, pane, x, y, column + row);
        for (let part = 0; part < 3; part++) {
          image.data[to + part] = colours[from + part] * (1 - amount) + tint[part] * amount;
        }
        image.data[to + 3] = 255;
      }
    }
    return image;
  }

  /** Red, green, blue and opacity of one point, in device pixels from the canvas's top left. */
  read(x, y) {
    return [...this.context.getImageData(x, y, 1, 1).data];
  }
}
