// What the graphics card keeps: micrograph, probabilities, masks, label and colour map, each
// uploaded when it is first drawn.

import { ramp } from "./colours.js";

const SPARE_UNIT = 7; // for uploads; no sampler of the program reads it

export class Textures {
  constructor(gl) {
    this.gl = gl;
    this.clear();
  }

  /** Begin anew with an empty card, as after a context that was lost. */
  clear() {
    this.known = new Map(); // what was uploaded -> its texture
    this.colourMap = null; // { name, texture }
  }

  forget(layer) {
    this.gl.deleteTexture(this.known.get(layer) ?? null);
    this.known.delete(layer);
  }

  bind(unit, texture) {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, texture);
  }

  /** The texture of a layer { data, width, height } of one byte a pixel; numbers are not mixed. */
  ofLayer(layer, smooth) {
    const { gl } = this;
    if (this.known.has(layer)) return this.known.get(layer);
    const texture = this.#uploaded(layer);
    if (smooth) gl.generateMipmap(gl.TEXTURE_2D);
    if (layer.palette?.length) this.#filter(gl.NEAREST, gl.NEAREST);
    else if (smooth) this.#filter(gl.LINEAR_MIPMAP_LINEAR, gl.NEAREST);
    else this.#filter(gl.LINEAR, gl.LINEAR);
    return texture;
  }

  /** The texture of a label: as it was, but for the box that has changed. */
  ofLabel(image, changed) {
    const { gl } = this;
    const texture = this.known.get(image);
    if (!texture) {
      const fresh = this.#uploaded(image);
      this.#filter(gl.NEAREST, gl.NEAREST);
      return fresh;
    }
    if (!changed || changed.right <= changed.left || changed.bottom <= changed.top) return texture;
    const { top, left, bottom, right } = changed;
    this.bind(SPARE_UNIT, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, image.width);
    gl.pixelStorei(gl.UNPACK_SKIP_ROWS, top);
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, left);
    const size = [right - left, bottom - top];
    const format = [gl.RED, gl.UNSIGNED_BYTE];
    gl.texSubImage2D(gl.TEXTURE_2D, 0, left, top, ...size, ...format, image.data);
    for (const skipped of [gl.UNPACK_ROW_LENGTH, gl.UNPACK_SKIP_ROWS, gl.UNPACK_SKIP_PIXELS]) {
      gl.pixelStorei(skipped, 0);
    }
    return texture;
  }

  /** The texture of a colour map by name, 256 pixels wide. */
  ofColours(name) {
    const { gl } = this;
    if (this.colourMap?.name === name) return this.colourMap.texture;
    const texture = gl.createTexture();
    this.bind(SPARE_UNIT, texture);
    const format = [gl.RGBA, gl.UNSIGNED_BYTE];
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, ...format, ramp(name));
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    }
    this.colourMap = { name, texture };
    return texture;
  }

  /** A new texture of an image of one byte a pixel, bound and kept. */
  #uploaded(image) {
    const { gl } = this;
    const texture = gl.createTexture();
    this.bind(SPARE_UNIT, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const format = [gl.RED, gl.UNSIGNED_BYTE];
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, image.width, image.height, 0, ...format, image.data);
    this.known.set(image, texture);
    return texture;
  }

  /** How the bound texture is read where it is drawn smaller, and where larger. */
  #filter(smaller, larger) {
    const { gl } = this;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, smaller);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, larger);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }
}
