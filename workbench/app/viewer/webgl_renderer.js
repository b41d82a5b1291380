// Draws a scene with WebGL2: a viewport a pane. Thresholds, contrast and colours are uniforms, so
// that a drag draws every frame and no pixel travels.

import { DISAGREEMENT, LABEL_COLOURS, NOT_SURE, PARTICLE } from "./colours.js";
import { FRAGMENT, VERTEX } from "./shaders.js";
import { Textures } from "./textures.js";
import { partOf } from "./views.js";

/** What the samplers of the program read, by the unit of their texture. */
const UNITS = ["micrograph", "map", "layer0", "layer1", "layer2", "layer3", "label"];
const MICROGRAPH = UNITS.indexOf("micrograph");
const MAP = UNITS.indexOf("map");
const FIRST_LAYER = UNITS.indexOf("layer0");
const LABEL = UNITS.indexOf("label");
const SLOTS = [0, 1, 2, 3]; // layers that one pass can compare

/** Threes of a list, in order; one empty three where the list is empty. */
export function inThrees(list) {
  return Array.from({ length: Math.max(Math.ceil(list.length / 3), 1) }, (_, three) =>
    list.slice(3 * three, 3 * three + 3),
  );
}

const shares = (colour) => colour.map((part) => part / 255);

export class WebGLRenderer {
  constructor(canvas) {
    const how = { antialias: false, alpha: true, premultipliedAlpha: true };
    const gl = canvas.getContext("webgl2", how);
    if (!gl) throw new Error("no WebGL2");
    this.gl = gl;
    this.canvas = canvas;
    this.textures = new Textures(gl);
    this.prepare();
  }

  /** Build the program; once more where the context was lost. */
  prepare() {
    const { gl } = this;
    const program = gl.createProgram();
    const sources = { [gl.VERTEX_SHADER]: VERTEX, [gl.FRAGMENT_SHADER]: FRAGMENT };
    for (const [type, source] of Object.entries(sources)) {
      const shader = gl.createShader(Number(type));
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      throw new Error(gl.getProgramInfoLog(program));
    }
    gl.useProgram(program);
    const located = (known, name) => {
      known[name] ??= gl.getUniformLocation(program, name);
      return known[name];
    };
    this.at = new Proxy({}, { get: located });
    const corner = gl.getAttribLocation(program, "corner");
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    for (const [unit, name] of UNITS.entries()) gl.uniform1i(this.at[name], unit);
    this.textures.clear();
  }

  forget(layer) {
    this.textures.forget(layer);
  }

  /** Draw a scene, see scene.js. */
  draw(scene) {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!scene.micrograph) return;
    gl.enable(gl.SCISSOR_TEST);
    this.#set(scene);
    for (const pane of scene.panes) this.#drawPane(scene, pane);
  }

  /** What is the same in all panes. */
  #set(scene) {
    const { gl, at, textures } = this;
    textures.bind(MICROGRAPH, textures.ofLayer(scene.micrograph, true));
    textures.bind(MAP, textures.ofColours(scene.colormap));
    gl.uniform2f(at.size, scene.micrograph.width, scene.micrograph.height);
    gl.uniform2f(at.centre, ...scene.centre);
    gl.uniform1f(at.scale, scene.scale * scene.ratio);
    gl.uniform2f(at.contrast, ...scene.contrast);
    gl.uniform1f(at.gamma, scene.gamma);
    gl.uniform1f(at.opacity, scene.opacity);
    gl.uniform1i(at.overlay, scene.overlay);
    gl.uniform1i(at.invert, scene.invert);
    gl.uniform1i(at.disagree, scene.disagree);
    gl.uniform3f(at.bright, ...shares(DISAGREEMENT[0]));
    gl.uniform3f(at.dark, ...shares(DISAGREEMENT[1]));
    gl.uniform3f(at.particle, ...shares(LABEL_COLOURS[PARTICLE]));
    gl.uniform3f(at.unsure, ...shares(LABEL_COLOURS[NOT_SURE]));
    const { label } = scene;
    const shown = label
      ? textures.ofLabel(label.image, label.dirty)
      : textures.ofLayer(scene.micrograph, true);
    textures.bind(LABEL, shown);
  }

  /** One pane, over itself for each three networks that its own is compared with. */
  #drawPane(scene, pane) {
    const { gl, at, textures } = this;
    const fromBelow = scene.height - pane.y - pane.h;
    const box = [pane.x, fromBelow, pane.w, pane.h].map((edge) => Math.round(edge * scene.ratio));
    const [from, to] = partOf(pane).map((share) => Math.round(share * box[2]));
    gl.viewport(...box);
    gl.scissor(box[0] + from, box[1], to - from, box[3]);
    gl.uniform2f(at.pane, box[2], box[3]);
    gl.uniform3f(at.tint, ...shares(pane.tint));
    gl.uniform1i(at.colours, pane.palette.length);
    if (pane.palette.length) gl.uniform3fv(at.palette, pane.palette.flatMap(shares));
    gl.uniform1i(at.own, pane.layers.length > 0);
    gl.uniform1i(at.rims, Boolean(pane.rims));
    gl.uniform1i(at.labelled, scene.label ? (pane.network ? 2 : 1) : 0);
    const unused = textures.ofLayer(scene.micrograph, true);
    const [own, ...others] = pane.layers;
    for (const [pass, three] of inThrees(scene.disagree ? others : []).entries()) {
      const layers = own ? [own, ...three] : [];
      gl.uniform1i(at.again, pass > 0);
      gl.uniform1i(at.layers, layers.length);
      gl.uniform4f(at.thresholds, ...SLOTS.map((slot) => layers[slot]?.threshold ?? 2));
      for (const slot of SLOTS) {
        const texture = layers[slot] ? textures.ofLayer(layers[slot].layer, false) : unused;
        textures.bind(FIRST_LAYER + slot, texture);
      }
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
  }

  /** Red, green, blue and opacity of one point, in device pixels from the canvas's top left. */
  read(x, y) {
    const { gl, canvas } = this;
    const pixel = new Uint8Array(4);
    gl.readPixels(x, canvas.height - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return [...pixel];
  }
}
