// The label of the micrograph, drawn by hand: what lies in the browser of it, the tools, and the
// line that they leave behind them. The lasso also draws around what is to be explained; then
// nothing is painted. A stroke is painted here at once and sent when it ends; Python paints the
// same pixels (label_shapes.js, micrographs/labelling/shapes.py), and sends a box of its own
// wherever the two could differ.

const PARTICLE = 1;
const NOT_SURE = 2;
const LABEL_COLOURS = { [PARTICLE]: [240, 228, 66], [NOT_SURE]: [255, 255, 255] };
const LABEL_TOOLS = { m: "move", b: "brush", e: "eraser", l: "lasso", p: "polygon", t: "flood" };
const LABEL_KEYS =
  "b e l p t m   brush, eraser, lasso, polygon, flood, move\n" +
  "[  ]   brush size\n" +
  "n   not sure and particle in turn\n" +
  "shift-drag   pan while a tool is taken\n";
const LARGEST_BRUSH = 999;

/** One copy of the label for all views of a model. */
class LabelStore {
  static of(model) {
    LabelStore.known ??= new WeakMap();
    if (!LabelStore.known.has(model)) LabelStore.known.set(model, new LabelStore(model));
    return LabelStore.known.get(model);
  }

  constructor(model) {
    this.model = model;
    this.hands = new Set();
    this.image = null; // values at the resolution that is drawn
    this.factor = 1; // pixels of the micrograph in an edge of one that is drawn
    this.number = 0; // of Python's last message
    this.label = ""; // what Python calls the label that is shown
    this.before = null; // the values before the first stroke that was drawn while Python is away
    this.sent = new Set(); // strokes that this page sent over the line as it is
    this.link = linkOf(model.widget_manager);
    this.held = new HeldStrokes(model);
    model.on("msg:custom", (message, buffers) => this.receive(message, buffers));
    this.link.addEventListener("back", () => this.again());
    this.link.addEventListener("undo", () => this.held.undo(this.label) && this.redraw());
    this.link.addEventListener("redo", () => this.held.redo() && this.redraw());
  }

  receive(message, buffers) {
    if (message.kind === "kept") return this.held.kept(message.ids);
    if (message.kind === "no label") this.image = null;
    else if (message.kind === "label") this.take(message, buffers);
    else return;
    this.number = message.number;
    this.label = message.of;
    if (!this.image) this.touch(null);
    this.send();
  }

  /** Send what is held for the label that Python shows, and was not sent yet. */
  send() {
    for (const stroke of this.held.of(this.label)) {
      if (this.link.away || this.sent.has(stroke.id)) continue;
      this.sent.add(stroke.id);
      tell(this.model, { ...stroke, kind: "stroke", seen: this.number, sum: null });
    }
  }

  /** Python is back: it may have heard what was sent last, or not. */
  again() {
    this.before = null;
    this.held.taken = [];
    this.sent.clear();
    this.send();
  }

  /** Keep a stroke that has ended, and send it where Python is there. */
  draw(stroke, sum) {
    const { away } = this.link;
    const message = {
      ...stroke,
      id: newName(),
      of: this.label,
      away: Boolean(away && this.before),
    };
    this.held.add(message);
    if (away) return;
    this.sent.add(message.id);
    tell(this.model, { ...message, kind: "stroke", seen: this.number, sum });
  }

  /**
   * Note how the label is before something is drawn on it while Python is away, so that it can be
   * taken back.
   */
  note() {
    if (this.link.away && this.image) this.before ??= this.image.data.slice();
  }

  /** Draw anew what was drawn while Python is away. */
  redraw() {
    if (!this.image || !this.before) return;
    this.image.data.set(this.before);
    for (const { tool, points, size, value } of this.held
      .of(this.label)
      .filter((stroke) => stroke.away)) {
      const pairs = Array.from({ length: points.length / 2 }, (_, i) => [
        points[2 * i],
        points[2 * i + 1],
      ]);
      this.paint(tool, pairs, size, value);
    }
    this.touch({ top: 0, left: 0, bottom: this.image.height, right: this.image.width });
  }

  /** Paint along points of the micrograph; return the box that has changed. */
  paint(tool, points, size, value) {
    const { image, factor } = this;
    const seen =
      factor === 1 ? points : points.map((point) => point.map((edge) => Math.floor(edge / factor)));
    return tool === "brush" || tool === "eraser"
      ? paintPath(image, seen, Math.max(Math.round(size / factor), 1), value)
      : fillPolygon(image, seen, value);
  }

  take({ width, height, factor, top, left, rows, columns, whole, fresh }, buffers) {
    // it was meant for another micrograph
    if (fresh) for (const hand of this.hands) hand.stroke = null;
    if (whole || !this.image) this.image = { width, height, data: new Uint8Array(width * height) };
    this.factor = factor;
    if (buffers?.length) {
      const box = new Uint8Array(
        buffers[0].buffer ?? buffers[0],
        buffers[0].byteOffset ?? 0,
        rows * columns,
      );
      for (let row = 0; row < rows; row++) {
        this.image.data.set(
          box.subarray(row * columns, (row + 1) * columns),
          (top + row) * width + left,
        );
      }
    }
    for (const hand of this.hands) hand.repaint();
    this.touch({ top, left, bottom: top + rows, right: left + columns });
  }

  /** Say to every view that a box has changed. */
  touch(box) {
    for (const hand of this.hands) hand.touched(box);
  }
}

/** The texture of a label: as it was, but for the box that has changed. */
function labelTexture(renderer, image, dirty) {
  const { gl, textures } = renderer;
  let texture = textures.get(image);
  gl.activeTexture(gl.TEXTURE7);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  if (!texture) {
    texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.R8,
      image.width,
      image.height,
      0,
      gl.RED,
      gl.UNSIGNED_BYTE,
      image.data,
    );
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
      gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    textures.set(image, texture);
  } else if (dirty && dirty.right > dirty.left && dirty.bottom > dirty.top) {
    gl.bindTexture(gl.TEXTURE_2D, texture);
    const skipped = [
      [gl.UNPACK_ROW_LENGTH, image.width],
      [gl.UNPACK_SKIP_ROWS, dirty.top],
      [gl.UNPACK_SKIP_PIXELS, dirty.left],
    ];
    for (const [name, value] of skipped) gl.pixelStorei(name, value);
    gl.texSubImage2D(
      gl.TEXTURE_2D,
      0,
      dirty.left,
      dirty.top,
      dirty.right - dirty.left,
      dirty.bottom - dirty.top,
      gl.RED,
      gl.UNSIGNED_BYTE,
      image.data,
    );
    for (const [name] of skipped) gl.pixelStorei(name, 0);
  }
  return texture;
}

/** The hand that labels in one view. */
class LabelHand {
  constructor(view) {
    this.view = view;
    this.model = view.model;
    this.store = LabelStore.of(view.model);
    this.store.hands.add(this);
    this.dirty = null;
    this.drawn = null; // the image that has a texture
    // { tool, points, size, value } while the button is down, or a polygon is open
    this.stroke = null;
    this.ink = view.root.insertBefore(
      document.createElementNS("http://www.w3.org/2000/svg", "svg"),
      view.keys,
    );
    this.ink.setAttribute("class", "hwv-ink");
    const changed = () => this.changed();
    const names = [
      "label_on",
      "label_tool",
      "label_value",
      "label_shown",
      "brush_px",
      "lasso_on",
    ].map((name) => `change:${name}`);
    for (const name of names) this.model.on(name, changed);
    this.forget = () => {
      for (const name of names) this.model.off(name, changed);
    };
    this.changed();
  }

  get tool() {
    const seen =
      this.model.get("label_on") &&
      this.model.get("label_shown") &&
      this.view.overlay &&
      this.store.image;
    const tool = seen ? this.model.get("label_tool") : "move"; // nobody draws what nobody sees
    if (tool !== "move") return tool;
    return this.aims ? "lasso" : null;
  }

  /**
   * Whether a drag draws around what is to be explained: unless a tool that labels is in the hand.
   */
  get aims() {
    const labels = this.model.get("label_on") && this.model.get("label_tool") !== "move";
    return Boolean(this.model.get("lasso_on") && this.view.micrograph && !labels);
  }

  /** Pixels of the micrograph in an edge of one that is drawn; a label may not be there. */
  get factor() {
    if (!this.aims) return this.store.factor;
    const { full, width, height } = this.view.micrograph;
    return Math.max(1, Math.round(Math.max(...full) / Math.max(width, height)));
  }

  changed() {
    if (this.stroke?.tool === "polygon" && this.tool !== "polygon") this.stroke = null;
    this.view.canvas.classList.toggle(
      "hwv-labelling",
      this.tool === "brush" || this.tool === "eraser",
    );
    this.view.refresh();
  }

  touched(box) {
    const { dirty } = this;
    if (box && dirty) {
      for (const side of ["top", "left"]) dirty[side] = Math.min(dirty[side], box[side]);
      for (const side of ["bottom", "right"]) dirty[side] = Math.max(dirty[side], box[side]);
    } else if (box) this.dirty = { ...box };
    this.view.refresh();
  }

  /** What the renderer needs: the label, the box that changed since, and how to draw it. */
  scene() {
    const image = this.model.get("label_shown") && this.view.overlay ? this.store.image : null;
    if (this.drawn && this.drawn !== this.store.image) this.view.renderer.forget(this.drawn);
    this.drawn = this.store.image;
    if (!image) return null;
    const { dirty } = this;
    this.dirty = null;
    return { image, dirty };
  }

  /** The pixel of the micrograph at a point of the texture. */
  pixel(point) {
    return [point[1], point[0]].map((value) => Math.floor(value * this.factor));
  }

  value(tool) {
    return tool === "eraser" ? 0 : this.model.get("label_value");
  }

  /** Paint what was drawn of a stroke so far once more, over what Python sent meanwhile. */
  repaint() {
    if (this.stroke && (this.stroke.tool === "brush" || this.stroke.tool === "eraser"))
      this.paint(this.stroke.points);
  }

  paint(points) {
    const { store, stroke } = this;
    const box = store.paint(stroke.tool, points, stroke.size, stroke.value);
    store.touch(box);
    return box;
  }

  /** Take the button's press; false where it is not for a tool. */
  press(event, under) {
    const { tool } = this;
    if (!tool || event.button !== 0 || event.shiftKey) return false;
    const at = this.pixel(under.point);
    if (tool === "flood")
      tell(this.model, { kind: "flood", at, value: this.value(tool), seen: this.store.number });
    else if (tool === "polygon") this.corner(at);
    else this.begin(tool, at, under, event);
    this.view.refresh();
    return true;
  }

  begin(tool, at, under, event) {
    const { view } = this;
    const stroke = {
      tool,
      points: [at],
      size: this.model.get("brush_px"),
      value: this.value(tool),
      aims: this.aims,
    };
    this.stroke = stroke;
    this.store.note();
    const brush = tool !== "lasso";
    if (brush) this.paint(stroke.points);
    const move = (next) => {
      if (next.pointerId !== event.pointerId || this.stroke !== stroke) return;
      const all = next.getCoalescedEvents?.() ?? [];
      for (const one of all.length ? all : [next]) {
        const last = stroke.points.at(-1);
        const to = this.pixel(view.pointIn(under.pane, one));
        if (to[0] === last[0] && to[1] === last[1]) continue;
        stroke.points.push(to);
        if (brush) this.paint([last, to]);
      }
      view.refresh();
    };
    const up = (last) => {
      if (last.pointerId !== event.pointerId) return;
      for (const name of ["pointermove", "pointerup", "pointercancel"])
        window.removeEventListener(name, name === "pointermove" ? move : up);
      this.end();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
  }

  /** Add a corner of the polygon; one upon the first closes it. */
  corner(at) {
    this.store.note();
    this.stroke ??= { tool: "polygon", points: [], size: 1, value: this.value("polygon") };
    const { points } = this.stroke;
    const { factor } = this.store;
    const first =
      points.length > 2
        ? points[0].map((value, axis) => (Math.abs(value - at[axis]) / factor) * this.view.scale)
        : [99];
    if (Math.hypot(...first) < 8) this.end();
    else points.push(at);
  }

  /** The stroke is done: paint it if that waited for the end, and tell Python. */
  end() {
    const { stroke, store } = this;
    if (stroke?.aims) {
      this.stroke = null;
      if (stroke.points.length > 2)
        tell(this.model, { kind: "lasso", points: stroke.points.flat() });
      this.view.refresh();
      return;
    }
    if (!stroke || !store.image) return;
    const brush = stroke.tool === "brush" || stroke.tool === "eraser";
    const reach = stroke.size >> 1;
    const box = brush ? boxOf(store.image, stroke.points, reach) : this.paint(stroke.points);
    this.stroke = null;
    const { tool, points, size, value } = stroke;
    store.draw(
      { tool, points: points.flat(), size, value },
      store.factor === 1 ? checksum(store.image, box) : null,
    );
    this.view.refresh();
  }

  doubleClick() {
    if (!this.tool) return false;
    if (this.stroke?.tool === "polygon") this.end();
    return true; // with a tool in the hand two clicks are no wish to see the whole
  }

  /** Take a key; false where it is not for labelling. */
  key(event) {
    if (this.stroke?.aims && event.key === "Escape") {
      this.stroke = null; // the line that is being drawn, before what was explained
      return true;
    }
    if (!this.model.get("label_on")) return false;
    const open = this.stroke?.tool === "polygon" ? this.stroke : null;
    const size = this.model.get("brush_px");
    if (event.key === "]")
      this.set("brush_px", Math.min(Math.max(size + 1, Math.round(size * 1.25)), LARGEST_BRUSH));
    else if (event.key === "[")
      this.set("brush_px", Math.max(Math.min(size - 1, Math.round(size / 1.25)), 1));
    else if (event.key === "n")
      this.set("label_value", this.model.get("label_value") === NOT_SURE ? PARTICLE : NOT_SURE);
    else if (LABEL_TOOLS[event.key]) this.set("label_tool", LABEL_TOOLS[event.key]);
    else if (open && event.key === "Enter") this.end();
    else if (open && event.key === "Escape") this.stroke = null;
    else if (open && event.key === "Backspace") open.points.pop();
    else return false;
    if (open && !open.points.length) this.stroke = null;
    return true;
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  /** Draw the ring of the brush and the line of a lasso or polygon over every pane. */
  mark() {
    const { view, stroke, tool, factor } = this;
    const { pointer } = view;
    const ring = pointer && (tool === "brush" || tool === "eraser");
    const line = stroke && (stroke.tool === "lasso" || stroke.tool === "polygon") ? stroke : null;
    if (!ring && !line) {
      if (this.ink.childNodes.length) this.ink.replaceChildren();
      return;
    }
    const size = stroke?.size ?? this.model.get("brush_px");
    const ends =
      line?.tool === "polygon" && pointer
        ? [...line.points, this.pixel(pointer.point)]
        : line?.points;
    this.ink.innerHTML = view.placed
      .map((pane) => {
        const place = (pixel) =>
          [1, 0].map(
            (axis) =>
              [pane.w, pane.h][1 - axis] / 2 +
              ((pixel[axis] + 0.5) / factor - view.centre[1 - axis]) * view.scale,
          );
        const inside = [];
        if (line) {
          const written = (point) => place(point).map((value) => value.toFixed(1));
          const path = ends.map((point) => written(point).join(",")).join(" ");
          inside.push(`<polyline class="under" points="${path}"/><polyline points="${path}"/>`);
          for (const point of line.tool === "polygon" ? line.points : []) {
            const [x, y] = place(point);
            inside.push(`<rect x="${x - 3}" y="${y - 3}" width="6" height="6"/>`);
          }
        } else {
          const [x, y] = place(this.pixel(pointer.point));
          const radius = Math.max((size / 2 / factor) * view.scale, 1);
          const circle = `cx="${x}" cy="${y}" r="${radius}"`;
          inside.push(`<circle class="under" ${circle}/><circle ${circle}/>`);
        }
        const box = `x="${pane.x}" y="${pane.y}" width="${pane.w}" height="${pane.h}"`;
        return `<svg ${box}>${inside.join("")}</svg>`;
      })
      .join("");
  }

  close() {
    this.store.hands.delete(this);
    this.forget();
    this.ink.remove();
  }
}
