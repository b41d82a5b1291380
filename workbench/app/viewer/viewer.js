// Linked panes of one micrograph: one canvas, one WebGL2 context, a viewport a pane. The micrograph
// and each probability are textures that are uploaded once; thresholds, contrast and colours are
// uniforms, so that a drag draws every frame and no pixel travels. Python's half is viewer.py,
// which puts label_shapes.js, label.js, rings.js, target.js, marks.js and words.js before this
// file: together they are one module.

const GAP = 16;
const HEAD = 26;
const CLEARANCE = 8;
const COLORMAPS = {
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
  inferno: [
    [0, 0, 4],
    [87, 16, 110],
    [188, 55, 84],
    [249, 142, 9],
    [252, 255, 164],
  ],
  cividis: [
    [0, 34, 78],
    [66, 78, 108],
    [124, 123, 120],
    [187, 173, 108],
    [254, 232, 56],
  ],
};
const DISAGREEMENT = [213, 94, 0];
const KEYS = `1 – 9   one pane large, the same again: all
space   overlay on and off
f, double click   fit
+  –  wheel   zoom
drag, arrows   pan
ctrl-Z, ctrl-shift-Z   undo, redo
Esc   nothing is explained any more
${LABEL_KEYS}?   this list`;

const VERTEX = `#version 300 es
in vec2 corner; out vec2 place;
void main() { place = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.0, 1.0); }`;

// place: 0..1 in the pane, y upwards. Layer 0 is the pane's own network, 1 to 3 are others; where
// there are more, the pane is drawn again over itself for each three, but only where they differ.
const FRAGMENT = `#version 300 es
precision highp float;
in vec2 place; out vec4 colour;
uniform sampler2D micrograph, map, layer0, layer1, layer2, layer3, label;
uniform vec4 thresholds; uniform int layers, overlay, labelled;
uniform vec2 size, pane, centre, contrast;
uniform float scale, gamma, opacity;
uniform bool invert, own, disagree, again;
uniform vec3 tint, warn, particle, unsure;
bool inside(vec2 at) { return texture(layer0, at).r > thresholds.x; }
int drawn(vec2 at) { return int(texture(label, at).r * 255.0 + 0.5); }
void main() {
  vec2 px = centre + vec2(place.x - 0.5, 0.5 - place.y) * pane / scale;
  if (px.x < 0.0 || px.y < 0.0 || px.x >= size.x || px.y >= size.y) { colour = vec4(0.0); return; }
  vec2 at = px / size;
  float value = (texture(micrograph, at).r - contrast.x) / max(contrast.y - contrast.x, 1e-6);
  value = pow(clamp(value, 0.0, 1.0), gamma);
  float entry = (invert ? 1.0 - value : value) * (255.0 / 256.0) + 0.5 / 256.0;
  vec3 shown = texture(map, vec2(entry, 0.5)).rgb;
  bool differ = false;
  if (own) {
    bool here = inside(at);
    if (here && overlay != 1) shown = mix(shown, tint, opacity);
    if (overlay != 0) {
      vec2 step = max(vec2(1.5 / scale), vec2(0.75)) / size;
      bool rim = here && !(inside(at + vec2(step.x, 0.0)) && inside(at - vec2(step.x, 0.0))
        && inside(at + vec2(0.0, step.y)) && inside(at - vec2(0.0, step.y)));
      if (rim) shown = mix(shown, tint, min(1.0, opacity + 0.65));
    }
    if (disagree) {
      differ = (layers > 1 && (texture(layer1, at).r > thresholds.y) != here)
        || (layers > 2 && (texture(layer2, at).r > thresholds.z) != here)
        || (layers > 3 && (texture(layer3, at).r > thresholds.w) != here);
      if (differ) shown = mix(shown, warn, 0.85);
    }
  }
  if (again && !differ) discard;
  // by hand: filled in the micrograph's pane, hatched where not sure; a rim in all
  int mine = labelled > 0 ? drawn(at) : 0;
  if (mine > 0) {
    vec2 step = max(vec2(1.5 / scale), vec2(0.75)) / size;
    bool rim = !(drawn(at + vec2(step.x, 0.0)) == mine && drawn(at - vec2(step.x, 0.0)) == mine
      && drawn(at + vec2(0.0, step.y)) == mine && drawn(at - vec2(0.0, step.y)) == mine);
    bool hatch = mod(gl_FragCoord.x + gl_FragCoord.y, 8.0) < 3.0;
    if (rim) shown = mix(shown, mine == 2 ? unsure : particle, 0.9);
    else if (labelled == 1 && mine == 1) shown = mix(shown, particle, opacity);
    else if (labelled == 1 && hatch) shown = mix(shown, unsure, 0.55);
  }
  colour = vec4(shown, 1.0);
}`;

const rgb = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

function ramp(name) {
  const stops = COLORMAPS[name] ?? COLORMAPS.gray;
  const table = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    for (let c = 0; c < 3; c++)
      table[4 * i + c] = stops[low][c] + (stops[low + 1][c] - stops[low][c]) * (at - low);
    table[4 * i + 3] = 255;
  }
  return table;
}

/** Threes of a list, in order; one empty three where the list is empty. */
export function inThrees(list) {
  return Array.from({ length: Math.max(Math.ceil(list.length / 3), 1) }, (_, three) =>
    list.slice(3 * three, 3 * three + 3),
  );
}

/** Draws with WebGL2. */
class Renderer {
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", {
      antialias: false,
      alpha: true,
      premultipliedAlpha: true,
    });
    if (!gl) throw new Error("no WebGL2");
    this.gl = gl;
    this.canvas = canvas;
    this.textures = new Map();
    this.prepare();
  }

  prepare() {
    const gl = this.gl;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS))
      throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    const found = (known, name) => {
      known[name] ??= gl.getUniformLocation(program, name);
      return known[name];
    };
    this.at = new Proxy({}, { get: found });
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(gl.getAttribLocation(program, "corner"));
    gl.vertexAttribPointer(gl.getAttribLocation(program, "corner"), 2, gl.FLOAT, false, 0, 0);
    const units = ["micrograph", "map", "layer0", "layer1", "layer2", "layer3", "label"];
    for (const [unit, name] of units.entries()) gl.uniform1i(this.at[name], unit);
    this.textures.clear();
    this.map = null;
  }

  /** The texture of a layer, uploaded at first use. */
  texture(layer, smooth) {
    const gl = this.gl;
    let texture = this.textures.get(layer);
    if (texture) return texture;
    texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE7);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.R8,
      layer.width,
      layer.height,
      0,
      gl.RED,
      gl.UNSIGNED_BYTE,
      layer.data,
    );
    if (smooth) gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(
      gl.TEXTURE_2D,
      gl.TEXTURE_MIN_FILTER,
      smooth ? gl.LINEAR_MIPMAP_LINEAR : gl.LINEAR,
    );
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, smooth ? gl.NEAREST : gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.textures.set(layer, texture);
    return texture;
  }

  forget(layer) {
    this.gl.deleteTexture(this.textures.get(layer) ?? null);
    this.textures.delete(layer);
  }

  bind(unit, texture) {
    this.gl.activeTexture(this.gl.TEXTURE0 + unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, texture);
  }

  colours(name) {
    const gl = this.gl;
    if (this.map?.name === name) return this.map.texture;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE7);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, ramp(name));
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    this.map = { name, texture };
    return texture;
  }

  draw(scene) {
    const { gl, at } = this;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!scene.micrograph) return;
    gl.enable(gl.SCISSOR_TEST);
    const base = this.texture(scene.micrograph, true);
    this.bind(0, base);
    this.bind(1, this.colours(scene.colormap));
    gl.uniform2f(at.size, scene.micrograph.width, scene.micrograph.height);
    gl.uniform2f(at.centre, scene.centre[0], scene.centre[1]);
    gl.uniform2f(at.contrast, ...scene.contrast);
    gl.uniform1f(at.gamma, scene.gamma);
    gl.uniform1f(at.opacity, scene.opacity);
    gl.uniform1i(at.overlay, scene.overlay);
    gl.uniform1i(at.invert, scene.invert);
    gl.uniform1i(at.disagree, scene.disagree);
    gl.uniform3f(at.warn, ...DISAGREEMENT.map((part) => part / 255));
    gl.uniform3f(at.particle, ...LABEL_COLOURS[PARTICLE].map((part) => part / 255));
    gl.uniform3f(at.unsure, ...LABEL_COLOURS[NOT_SURE].map((part) => part / 255));
    this.bind(6, scene.label ? labelTexture(this, scene.label.image, scene.label.dirty) : base);
    for (const pane of scene.panes) {
      const ratio = scene.ratio;
      const [x, y, w, h] = [pane.x, scene.height - pane.y - pane.h, pane.w, pane.h].map((edge) =>
        Math.round(edge * ratio),
      );
      gl.viewport(x, y, w, h);
      gl.scissor(x, y, w, h);
      gl.uniform2f(at.pane, w, h);
      gl.uniform1f(at.scale, scene.scale * ratio);
      gl.uniform3f(at.tint, ...pane.tint.map((part) => part / 255));
      gl.uniform1i(at.own, pane.layers.length > 0);
      gl.uniform1i(at.labelled, scene.label ? (pane.network ? 2 : 1) : 0);
      const [own, ...others] = pane.layers;
      for (const [pass, three] of inThrees(scene.disagree ? others : []).entries()) {
        const layers = own ? [own, ...three] : [];
        gl.uniform1i(at.again, pass > 0);
        gl.uniform1i(at.layers, layers.length);
        gl.uniform4f(at.thresholds, ...[0, 1, 2, 3].map((slot) => layers[slot]?.threshold ?? 2));
        for (let slot = 0; slot < 4; slot++)
          this.bind(2 + slot, layers[slot] ? this.texture(layers[slot].layer, false) : base);
        gl.drawArrays(gl.TRIANGLES, 0, 3);
      }
    }
  }

  /** RGBA of one point of the canvas, in device pixels from its top left. */
  read(x, y) {
    const pixel = new Uint8Array(4);
    this.gl.readPixels(
      x,
      this.canvas.height - 1 - y,
      1,
      1,
      this.gl.RGBA,
      this.gl.UNSIGNED_BYTE,
      pixel,
    );
    return [...pixel];
  }
}

/** Draws without WebGL2, at half the size. */
class PlainRenderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  forget() {}

  draw(scene) {
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!scene.micrograph) return;
    const colours = ramp(scene.colormap);
    const { micrograph } = scene;
    const coarse = 2;
    for (const pane of scene.panes) {
      const width = Math.max(1, Math.round(pane.w / coarse));
      const height = Math.max(1, Math.round(pane.h / coarse));
      const image = new ImageData(width, height);
      const look = (layer, x, y) =>
        layer.layer.data[
          Math.min(y, layer.layer.height - 1) * layer.layer.width +
            Math.min(x, layer.layer.width - 1)
        ] /
          255 >
        layer.threshold;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const x = Math.floor(
            scene.centre[0] + (((column + 0.5) / width - 0.5) * pane.w) / scene.scale,
          );
          const y = Math.floor(
            scene.centre[1] + (((row + 0.5) / height - 0.5) * pane.h) / scene.scale,
          );
          if (x < 0 || y < 0 || x >= micrograph.width || y >= micrograph.height) continue;
          const level = micrograph.data[y * micrograph.width + x] / 255;
          let value =
            Math.min(
              Math.max(
                (level - scene.contrast[0]) / Math.max(scene.contrast[1] - scene.contrast[0], 1e-6),
                0,
              ),
              1,
            ) ** scene.gamma;
          if (scene.invert) value = 1 - value;
          const entry = 4 * Math.round(value * 255);
          const to = 4 * (row * width + column);
          const here = pane.layers.length > 0 && look(pane.layers[0], x, y);
          const differ =
            scene.disagree && pane.layers.slice(1).some((layer) => look(layer, x, y) !== here);
          const mine =
            scene.label && !pane.network ? scene.label.image.data[y * micrograph.width + x] : 0;
          const [tint, amount] = mine
            ? [LABEL_COLOURS[mine], scene.opacity]
            : differ
              ? [DISAGREEMENT, 0.85]
              : [pane.tint, here ? scene.opacity : 0];
          for (let c = 0; c < 3; c++)
            image.data[to + c] = colours[entry + c] * (1 - amount) + tint[c] * amount;
          image.data[to + 3] = 255;
        }
      }
      const spare = new OffscreenCanvas(width, height);
      spare.getContext("2d").putImageData(image, 0, 0);
      context.drawImage(
        spare,
        pane.x * scene.ratio,
        pane.y * scene.ratio,
        pane.w * scene.ratio,
        pane.h * scene.ratio,
      );
    }
  }

  read(x, y) {
    return [...this.context.getImageData(x, y, 1, 1).data];
  }
}

/** One view of the widget: layout, labels, hands. */
class View {
  constructor(model, el) {
    this.model = model;
    this.name = newName();
    this.layers = { probability: new Map(), mask: new Map() };
    this.micrograph = null;
    this.zoom = 1;
    this.centre = [0, 0];
    this.large = null;
    this.pixel = this.exact = null;
    this.overlay = true;
    this.root = el.appendChild(document.createElement("div"));
    this.root.className = "hwv";
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-label", "Micrograph and masks; press ? for the keys");
    this.canvas = this.root.appendChild(document.createElement("canvas"));
    this.labels = this.root.appendChild(document.createElement("div"));
    this.line = this.root.appendChild(document.createElement("div"));
    this.line.className = "hwv-line";
    this.keys = this.root.appendChild(document.createElement("div"));
    this.keys.className = "hwv-keys";
    this.keys.textContent = KEYS;
    try {
      if (model.get("force_2d")) throw new Error("asked for");
      this.renderer = new Renderer(this.canvas);
    } catch (error) {
      this.renderer = new PlainRenderer(this.canvas);
      this.line.textContent = `drawn without WebGL2, at reduced size (${error.message})`;
    }
    this.hand = new LabelHand(this);
    this.listen();
  }

  listen() {
    const { model, root, canvas } = this;
    this.undo = [];
    const on = (target, name, act, options) => {
      target.addEventListener(name, act, options);
      this.undo.push(() => target.removeEventListener(name, act, options));
    };
    const heard = (message, buffers) => this.receive(message, buffers);
    model.on("msg:custom", heard);
    this.undo.push(() => model.off("msg:custom", heard));
    const changed = () => this.refresh();
    for (const name of [
      "panes",
      "nm_per_px",
      "overlay_opacity",
      "overlay_mode",
      "colormap",
      "contrast",
      "gamma",
      "invert",
      "show_disagreement",
      "targets",
      "marks",
    ]) {
      model.on(`change:${name}`, changed);
      this.undo.push(() => model.off(`change:${name}`, changed));
    }
    // what was sent meanwhile may be lost: the pixels are asked for once more
    on(linkOf(model.widget_manager), "back", () => {
      clearTimeout(this.asking);
      this.name = newName();
      this.told = false;
      this.ask();
    });
    const look = () => this.look();
    model.on("change:region", look);
    this.undo.push(() => model.off("change:region", look));
    this.observer = new ResizeObserver(() => this.refresh());
    this.observer.observe(root);
    this.undo.push(() => this.observer.disconnect());
    on(canvas, "webglcontextlost", (event) => event.preventDefault());
    on(canvas, "webglcontextrestored", () => {
      this.renderer.prepare();
      this.refresh();
    });
    on(canvas, "wheel", (event) => this.wheel(event), { passive: false });
    on(canvas, "dblclick", () => this.hand.doubleClick() || this.fit());
    on(canvas, "pointerdown", (event) => this.press(event));
    on(canvas, "pointermove", (event) => this.hover(event));
    on(canvas, "pointerleave", () => this.leave());
    on(root, "keydown", (event) => this.key(event));
    on(root, "pointerenter", () => {
      const typing = document.activeElement?.matches?.(
        "input[type=text], input[type=number], textarea, [contenteditable=true]",
      );
      if (document.activeElement === document.body || (this.hand.tool && !typing))
        root.focus({ preventScroll: true }); // keys of the tool in the hand
    });
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

  answered({ view, pixels }) {
    if (view !== this.name) return; // another view of the same widget asked
    clearTimeout(this.asking);
    this.told ||= pixels;
    if (this.told) return;
    this.name = newName(); // the answer with the pixels got lost
    this.ask();
  }

  receive(message, buffers) {
    if (message.kind === "here") this.answered(message);
    if (message.kind === "pixel") return this.tell(message);
    const layer = buffers?.length
      ? {
          ...message,
          data: new Uint8Array(buffers[0].buffer, buffers[0].byteOffset, buffers[0].byteLength),
        }
      : null;
    if (message.kind === "micrograph") {
      const another =
        !this.micrograph ||
        this.micrograph.width !== layer.width ||
        this.micrograph.height !== layer.height;
      const before = this.micrograph;
      if (before) this.renderer.forget(before);
      this.micrograph = layer;
      this.askFor(null);
      if (another) this.home();
      if (another && !before) this.look(); // a page that was loaded again
    } else if (message.kind === "clear") {
      this.drop(message.key);
    } else if (message.kind === "clear mask") {
      this.drop(message.key, [this.layers.mask]);
    } else if (layer && this.layers[message.kind]) {
      const old = this.layers[message.kind].get(message.key);
      if (old) this.renderer.forget(old);
      if (message.kind === "probability") this.drop(message.key);
      this.layers[message.kind].set(message.key, layer);
    }
    this.refresh();
  }

  drop(key, kinds = Object.values(this.layers)) {
    for (const kind of kinds) {
      if (kind.has(key)) this.renderer.forget(kind.get(key));
      kind.delete(key);
    }
  }

  home() {
    this.zoom = 1;
    this.centre = [this.micrograph.width / 2, this.micrograph.height / 2];
  }

  fit() {
    if (this.micrograph) this.home();
    this.refresh();
  }

  /** Zoom onto the region that Python names, if it names one, so that it takes most of a pane. */
  look() {
    const [top, left, bottom, right] = this.model.get("region");
    if (this.micrograph && right > left) {
      const full = this.micrograph.full[1] / this.micrograph.width;
      const { fitted, placed } = this.layout();
      const wanted =
        0.8 * Math.min(placed[0].w / (right - left), placed[0].h / (bottom - top)) * full;
      this.zoom = Math.min(Math.max(wanted / fitted, 1), 200);
      const middle = [(left + right) / 2 / full, (top + bottom) / 2 / full];
      const edges = [this.micrograph.width, this.micrograph.height];
      this.centre = [placed[0].w, placed[0].h].map((room, axis) => {
        // the pane stays full where the region lies at the rim
        const half = room / (fitted * this.zoom) / 2;
        return half > edges[axis] / 2
          ? edges[axis] / 2
          : Math.min(Math.max(middle[axis], half), edges[axis] - half);
      });
    }
    this.refresh();
  }

  refresh() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** Where the panes lie: the number of columns that makes them largest. */
  layout() {
    const all = this.model.get("panes");
    const panes =
      this.large !== null && all[this.large]
        ? [[all[this.large], this.large]]
        : all.map((pane, index) => [pane, index]);
    const width = this.root.clientWidth;
    const height = this.room();
    const { width: w, height: h } = this.micrograph ?? { width: 1, height: 1 };
    let best = null;
    for (let columns = 1; columns <= panes.length; columns++) {
      const rows = Math.ceil(panes.length / columns);
      const room = [
        (width - GAP * (columns - 1) - CLEARANCE) / columns,
        (height - HEAD * rows - GAP * (rows - 1) - CLEARANCE) / rows,
      ];
      const scale = Math.min(room[0] / w, room[1] / h);
      if (!best || scale > best.scale) best = { columns, scale, room };
    }
    // very flat or tall micrographs still get panes that can be seen and panned
    const edges = [
      Math.min(best.room[0], Math.max(w * best.scale, 160)),
      Math.min(best.room[1], Math.max(h * best.scale, 160)),
    ];
    // whole pixels: the same place looks the same in each
    const pane = edges.map((edge) => Math.max(Math.floor(edge), 8));
    const placed = panes.map(([what, index], place) => ({
      what,
      index,
      x: (place % best.columns) * (pane[0] + GAP) + 2,
      y: Math.floor(place / best.columns) * (pane[1] + HEAD + GAP) + HEAD,
      w: pane[0],
      h: pane[1],
    }));
    const rows = Math.ceil(panes.length / best.columns);
    const needed = rows * (pane[1] + HEAD) + (rows - 1) * GAP + CLEARANCE;
    return { placed, width, height: this.host ? this.claim(needed) : height, fitted: best.scale };
  }

  /**
   * The height that panes may take: on a page that leaves it to them, all but what their neighbours
   * need.
   */
  room() {
    if (!this.host) {
      this.host = this.root.closest(".hw-panes");
      // a neighbour that comes to need more or less gives or takes the panes' room
      for (const other of this.host?.parentElement?.children ?? [])
        if (other !== this.host) this.observer.observe(other);
    }
    const column = this.host?.parentElement;
    if (!column) return this.root.clientHeight;
    const style = getComputedStyle(column);
    const edge = (name) => parseFloat(style[name]) || 0;
    let room = column.clientHeight - edge("paddingTop") - edge("paddingBottom");
    for (const other of column.children) {
      if (other === this.host) continue;
      const { flexGrow, minHeight } = getComputedStyle(other);
      room -= (flexGrow > 0 ? parseFloat(minHeight) || 0 : other.offsetHeight) + edge("rowGap");
    }
    return Math.max(room, 240);
  }

  /**
   * Take this height on the page, so that no room is left blank between the panes and what follows.
   */
  claim(needed) {
    const height = Math.max(Math.ceil(needed), 160);
    if (this.claimed !== height) this.host.style.height = `${height}px`;
    this.claimed = height;
    return height;
  }

  /**
   * What a pane shows of a network: the exact mask where it fits the threshold, else the live
   * probability.
   */
  layer(pane) {
    const mask = this.layers.mask.get(pane.key);
    if (mask && Math.abs(mask.threshold - pane.threshold) < 1e-4)
      return { layer: mask, threshold: 0.5 };
    const probability = this.layers.probability.get(pane.key);
    return probability ? { layer: probability, threshold: pane.threshold } : null;
  }

  draw() {
    const { model, canvas } = this;
    const { placed, width, height, fitted } = this.layout();
    const ratio = window.devicePixelRatio || 1;
    if (!width || !height) return;
    if (
      canvas.width !== Math.round(width * ratio) ||
      canvas.height !== Math.round(height * ratio)
    ) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.scale = fitted * this.zoom;
    this.placed = placed;
    const networks = model.get("panes").filter((pane) => pane.kind === "network");
    const range = this.micrograph ? this.micrograph.high - this.micrograph.low : 1;
    const panes = placed.map(({ what, x, y, w, h }) => {
      const own = this.overlay && what.kind === "network" ? this.layer(what) : null;
      const others = own
        ? networks
            .filter((pane) => pane.key !== what.key)
            .map((pane) => this.layer(pane))
            .filter(Boolean)
        : [];
      return {
        x,
        y,
        w,
        h,
        network: what.kind === "network",
        tint: what.color ? rgb(what.color) : [0, 0, 0],
        layers: own ? [own, ...others] : [],
      };
    });
    const began = performance.now();
    this.renderer.draw({
      micrograph: this.micrograph,
      label: this.micrograph ? this.hand.scene() : null,
      panes,
      height,
      ratio,
      scale: this.scale,
      centre: this.centre,
      contrast: model.get("contrast").map((value) => (value - (this.micrograph?.low ?? 0)) / range),
      gamma: model.get("gamma"),
      invert: model.get("invert"),
      opacity: model.get("overlay_opacity"),
      overlay: { fill: 0, outline: 1 }[model.get("overlay_mode")] ?? 2,
      colormap: model.get("colormap"),
      disagree: model.get("show_disagreement"),
    });
    this.took = performance.now() - began;
    this.label(placed);
    this.hand.mark();
  }

  label(placed) {
    while (this.labels.children.length > placed.length) this.labels.lastChild.remove();
    placed.forEach((pane, place) => {
      let box = this.labels.children[place];
      if (!box) {
        box = this.labels.appendChild(document.createElement("div"));
        box.className = "hwv-pane";
        box.innerHTML =
          '<div class="hwv-head"><span><i class="hwv-chip"></i><span class="hwv-name"></span>' +
          '<span class="hwv-doubt" tabindex="0"></span></span>' +
          '<span class="hwv-told"></span></div>' +
          '<div class="hwv-wait"></div>' +
          '<div class="hwv-bar"><span></span><i></i></div>' +
          '<div class="hwv-clip"><div class="hwv-frame"></div></div>' +
          '<div class="hwv-cross"></div>';
      }
      Object.assign(box.style, {
        left: `${pane.x}px`,
        top: `${pane.y}px`,
        width: `${pane.w}px`,
        height: `${pane.h}px`,
      });
      const { what } = pane;
      box.querySelector(".hwv-name").textContent =
        `${String.fromCharCode(97 + pane.index)}) ${what.title}`;
      box.classList.toggle("hwv-stale", Boolean(what.stale));
      const doubt = box.querySelector(".hwv-doubt");
      doubt.textContent = what.doubt ? `⚠ ${what.doubt}` : "";
      doubt.title = what.doubts ?? "";
      const chip = box.querySelector(".hwv-chip");
      chip.style.display = what.color ? "" : "none";
      chip.style.background = what.color;
      const wait = box.querySelector(".hwv-wait");
      wait.textContent = what.note || (what.busy ? "computing…" : "");
      wait.classList.toggle("busy", Boolean(what.busy));
      this.scaleBar(box.querySelector(".hwv-bar"), pane.w);
      this.frameIn(box.querySelector(".hwv-frame"), pane);
      drawMarks(box, this.model.get("marks"), pane, this);
      drawTarget(box, this.model.get("targets")[what.key], pane, this);
      if (this.pointer) drawRings(box, what.rings, this.pointer, this);
      else
        box.querySelector(".hwv-told").textContent =
          what.kind === "network"
            ? [`p > ${what.threshold.toFixed(2)}`, what.stale].filter(Boolean).join(", ")
            : "";
    });
  }

  /** The frame around the region in a pane. */
  frameIn(frame, pane) {
    const [top, left, bottom, right] = this.model.get("region");
    frame.style.display = this.overlay && this.micrograph && right > left ? "block" : "none";
    if (!this.micrograph || !(right > left)) return;
    const full = this.micrograph.full[1] / this.micrograph.width;
    const at = (value, axis) =>
      (value / full - this.centre[axis]) * this.scale + (axis ? pane.h : pane.w) / 2;
    const edges = {
      left: at(left, 0),
      top: at(top, 1),
      width: ((right - left) / full) * this.scale,
      height: ((bottom - top) / full) * this.scale,
    };
    for (const [edge, value] of Object.entries(edges)) frame.style[edge] = `${value}px`;
  }

  scaleBar(bar, width) {
    if (!this.micrograph) return;
    const size = this.model.get("nm_per_px");
    const full = this.micrograph.full[1] / this.micrograph.width;
    const perPx = ((size ?? 1) * full) / this.scale;
    const length = roundLength(0.3 * width * perPx);
    bar.querySelector("span").textContent = size === null ? `${length} px` : lengthText(length);
    bar.querySelector("i").style.width = `${length / perPx}px`;
  }

  /** The pane under a pointer and the point of the micrograph there, in pixels of the texture. */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const pane = this.placed?.find(
      (one) => x >= one.x && x < one.x + one.w && y >= one.y && y < one.y + one.h,
    );
    if (!pane || !this.micrograph) return null;
    return {
      pane,
      offset: [x - pane.x - pane.w / 2, y - pane.y - pane.h / 2],
      point: this.pointIn(pane, event),
    };
  }

  /** The point of the micrograph, in pixels of the texture, if the pane went on for ever. */
  pointIn(pane, event) {
    const box = this.canvas.getBoundingClientRect();
    const offset = [
      event.clientX - box.left - pane.x - pane.w / 2,
      event.clientY - box.top - pane.y - pane.h / 2,
    ];
    return offset.map((shift, axis) => this.centre[axis] + shift / this.scale);
  }

  wheel(event) {
    const under = this.under(event);
    if (!under) return;
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY * 0.0015), under);
  }

  zoomBy(factor, under = null) {
    this.zoom = Math.min(Math.max(this.zoom * factor, 0.5), 200);
    this.scale = this.layout().fitted * this.zoom;
    if (under)
      this.centre = under.point.map((value, axis) => value - under.offset[axis] / this.scale);
    this.refresh();
  }

  press(event) {
    const under = this.under(event);
    this.root.focus({ preventScroll: true });
    if (!under || event.button > 1 || this.hand.press(event, under)) return;
    const start = [event.clientX, event.clientY];
    const centre = [...this.centre];
    let moved = false;
    const move = (next) => {
      const shift = [next.clientX - start[0], next.clientY - start[1]];
      moved ||= Math.hypot(...shift) > 3;
      if (!moved) return;
      this.centre = centre.map((value, axis) => value - shift[axis] / this.scale);
      this.refresh();
    };
    const up = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      if (moved || event.button) return;
      const full = this.micrograph.full[1] / this.micrograph.width;
      const at = [under.point[1] * full, under.point[0] * full];
      this.model.set("clicked", at);
      this.model.save_changes();
      tell(this.model, { kind: "click", at }); // the same pixel again is a click, too
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  }

  hover(event) {
    const under = this.under(event);
    if (!under) return this.leave();
    this.pointer = under;
    const [x, y] = under.point.map(Math.floor);
    const { micrograph } = this;
    const within = x >= 0 && y >= 0 && x < micrograph.width && y < micrograph.height;
    const size = this.model.get("nm_per_px");
    const full = micrograph.full[1] / micrograph.width;
    const pixel = under.point.map((value) => Math.floor(value * full));
    this.askFor(within ? pixel : null);
    [...this.labels.children].forEach((box, place) => {
      const { what } = this.placed[place];
      const cross = box.querySelector(".hwv-cross");
      drawRings(box, what.rings, under, this);
      Object.assign(cross.style, {
        display: "block",
        left: `${under.offset[0] + under.pane.w / 2}px`,
        top: `${under.offset[1] + under.pane.h / 2}px`,
      });
      let told = "";
      if (within && what.kind === "micrograph") {
        const spot = placeText(
          under.point.map((value) => value * full),
          size,
          Math.max(...micrograph.full),
        );
        const level = micrograph.data[y * micrograph.width + x];
        told = `${spot}   ${intensityText(level, micrograph.low, micrograph.high, this.exact)}`;
      } else if (within) {
        const layer = this.layers.probability.get(what.key);
        told = layer ? `p = ${(layer.data[y * layer.width + x] / 255).toFixed(2)}` : "";
      }
      box.querySelector(".hwv-told").textContent = told;
    });
    this.hand.mark();
  }

  /**
   * Ask Python for the intensity of a pixel once the pointer rests; what the browser draws has 8
   * bits and is cut off.
   */
  askFor(pixel) {
    if (String(pixel) === String(this.pixel)) return;
    clearTimeout(this.resting);
    this.pixel = pixel;
    this.exact = null;
    if (pixel)
      this.resting = setTimeout(
        () => tell(this.model, { kind: "pixel", view: this.name, at: [pixel[1], pixel[0]] }),
        40,
      );
  }

  /** What Python told of the pixel under the pointer. */
  tell({ view, at, value }) {
    if (view !== this.name || !this.pixel || at[0] !== this.pixel[1] || at[1] !== this.pixel[0])
      return;
    this.exact = value;
    const place = this.placed?.findIndex((pane) => pane.what.kind === "micrograph") ?? -1;
    const told = place < 0 ? null : this.labels.children[place]?.querySelector(".hwv-told");
    if (told && this.pointer)
      told.textContent = told.textContent.replace(/ {3}.*/, `   ${intensityText(0, 0, 1, value)}`);
  }

  leave() {
    if (!this.pointer) return;
    this.pointer = null;
    this.askFor(null);
    for (const cross of this.labels.querySelectorAll(".hwv-cross")) cross.style.display = "none";
    hideRings(this.labels);
    this.refresh();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const taken = this.hand.key(event);
    const step = 40 / (this.scale || 1);
    const shift = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (taken) this.hand.mark();
    else if (shift) this.centre = this.centre.map((value, axis) => value + shift[axis] * step);
    else if (event.key === " ") this.overlay = !this.overlay;
    else if (event.key === "f") this.fit();
    else if (event.key === "+" || event.key === "=") this.zoomBy(1.25);
    else if (event.key === "-") this.zoomBy(0.8);
    else if (event.key === "?")
      this.keys.style.display = this.keys.style.display === "block" ? "none" : "block";
    else if (event.key === "Escape") {
      this.keys.style.display = "none";
      tell(this.model, { kind: "escape" });
    } else if (/^[1-9]$/.test(event.key)) {
      const index = Number(event.key) - 1;
      if (index >= this.model.get("panes").length) return;
      this.large = this.large === index ? null : index;
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.refresh();
  }

  /** For tests: the colour drawn at a point of the micrograph in a pane, after drawing anew. */
  colourAt(key, x, y, anew = true) {
    if (anew) this.draw();
    const pane = this.placed.find((one) => one.what.key === key);
    const ratio = window.devicePixelRatio || 1;
    const at = [
      [x, pane.x, pane.w],
      [y, pane.y, pane.h],
    ].map(([value, edge, size], axis) =>
      Math.floor((edge + size / 2 + (value + 0.5 - this.centre[axis]) * this.scale) * ratio),
    );
    return this.renderer.read(at[0], at[1]);
  }

  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.asking);
    clearTimeout(this.resting);
    for (const take of this.undo) take();
    this.hand.close();
    this.root.remove();
  }
}

function newName() {
  return Math.random().toString(36).slice(2);
}

function render({ model, el }) {
  const view = new View(model, el);
  window.hrtemViewers ??= [];
  window.hrtemViewers.push(view); // tests look through this; nothing else does
  view.ask();
  return () => {
    window.hrtemViewers = window.hrtemViewers.filter((one) => one !== view);
    view.close();
  };
}

export default { render };
