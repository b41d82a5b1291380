// Linked panes of one micrograph: one canvas, and over it a box for each pane. Python's half is
// viewer.py. What is drawn, by subject:
//
//   pixels        what Python sent          camera       which part of it is shown
//   views, layout where the panes lie       mini_map     what of the micrograph they show
//   scene         what is given to webgl_renderer (textures, shaders) or plain_renderer; colours
//   pane_boxes    titles over the canvas; scale_bar, region, marks, target, outlined, rings, ...
//   pointer, keyboard, key_list             the hand; intensity asks for a pixel
//   ruler, measure, line, box  of a hand   label_hand   tools that label   told_view tells Python

import { linkOf } from "../widgets/link.js";
import { Camera } from "./camera.js";
import { listKeys } from "./key_list.js";
import { pressKey, takeFocus } from "./keyboard.js";
import { LabelHand } from "./label_hand.js";
import { MiniMap } from "./mini_map.js";
import { drawBoxes } from "./pane_boxes.js";
import { Pixels } from "./pixels.js";
import { PlainRenderer } from "./plain_renderer.js";
import { Pointer } from "./pointer.js";
import { regionBox } from "./region.js";
import { sceneOf } from "./scene.js";
import { ToldView } from "./told_view.js";
import { Views } from "./views.js";
import { WebGLRenderer } from "./webgl_renderer.js";

/** Traits of the model that are drawn. */
const DRAWN = [
  "panes",
  "nm_per_px",
  "overlay_opacity",
  "overlay_mode",
  "colormap",
  "contrast",
  "gamma",
  "invert",
  "show_disagreement",
  "fills",
  "targets",
  "outlined",
  "picked",
  "marks",
];

/** One view of the widget. */
class View {
  large = null; // index of the pane that is shown alone
  overlay = true;
  width = null; // of the disc that is drawn while a hand is on its slider, in px of the micrograph
  camera = new Camera();

  constructor(model, el) {
    this.model = model;
    this.root = el.appendChild(document.createElement("div"));
    this.root.className = "hwv";
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-label", "Micrograph and masks; press ? for the keys");
    const add = (tag, name = "") => {
      const made = this.root.appendChild(document.createElement(tag));
      made.className = name;
      return made;
    };
    this.canvas = add("canvas");
    this.boxes = add("div"); // one for each pane
    this.line = add("div", "hwv-line");
    this.keys = add("div", "hwv-keys");
    listKeys(this.keys);
    this.renderer = this.#newRenderer();
    this.pixels = new Pixels(model, (layer) => this.renderer.forget(layer));
    this.pointer = new Pointer(this, this.pixels);
    this.observer = new ResizeObserver(() => this.refresh());
    this.map = new MiniMap(this);
    this.views = new Views(this);
    this.hand = new LabelHand(this);
    this.told = new ToldView(this);
    this.#listen();
    this.pixels.ask();
  }

  get micrograph() {
    return this.pixels.micrograph;
  }

  get layers() {
    return this.pixels.layers;
  }

  #newRenderer() {
    try {
      if (this.model.get("force_2d")) throw new Error("asked for");
      return new WebGLRenderer(this.canvas);
    } catch (error) {
      this.line.textContent = `drawn without WebGL2, at reduced size (${error.message})`;
      return new PlainRenderer(this.canvas);
    }
  }

  #listen() {
    const { model, root, canvas, pointer } = this;
    this.undo = [];
    const on = (target, name, act, options) => {
      target.addEventListener(name, act, options);
      this.undo.push(() => target.removeEventListener(name, act, options));
    };
    const onModel = (name, act) => {
      model.on(name, act);
      this.undo.push(() => model.off(name, act));
    };
    onModel("msg:custom", (message, buffers) => this.receive(message, buffers));
    for (const name of DRAWN) onModel(`change:${name}`, () => this.refresh());
    onModel("change:region", () => this.lookAtRegion());
    on(linkOf(model.widget_manager), "back", () => this.pixels.askAgain());
    on(linkOf(model.widget_manager), "width", ({ detail }) => this.#drawWidth(detail));
    on(linkOf(model.widget_manager), "key", ({ detail: { page, event } }) => {
      if (page === root.closest(".hw-page")) pressKey(this, event);
    });
    this.undo.push(() => this.observer.disconnect());
    this.observer.observe(root);
    on(canvas, "webglcontextlost", (event) => event.preventDefault());
    on(canvas, "webglcontextrestored", () => {
      this.renderer.prepare();
      this.refresh();
    });
    on(canvas, "wheel", (event) => pointer.wheel(event), { passive: false });
    on(canvas, "dblclick", (event) => pointer.doubleClick(event));
    on(canvas, "pointerdown", (event) => pointer.press(event));
    on(canvas, "pointermove", (event) => pointer.hover(event));
    on(canvas, "pointerleave", () => pointer.leave());
    on(root, "keydown", (event) => pressKey(this, event));
    on(root, "pointerenter", () => takeFocus(this));
  }

  receive(message, buffers) {
    if (message.kind === "here") this.pixels.answered(message);
    if (message.kind === "pixel") return this.pointer.told(message);
    const centres = message.kind === "centre" && this.placed;
    if (centres) this.camera.centreOn(message, this.micrograph, this.placed[0]);
    const before = this.micrograph;
    this.pixels.receive(message, buffers);
    if (message.kind === "micrograph") this.#show(this.micrograph, before);
    this.refresh();
  }

  /** Show a micrograph: one of the same size from where the one before it was looked at. */
  #show(micrograph, before) {
    this.pointer.intensity.ask(null);
    this.pointer.measure.forget();
    if (before?.width === micrograph.width && before.height === micrograph.height) return;
    this.camera.home(micrograph);
    if (!before) this.lookAtRegion(); // a page that was loaded again
  }

  /** Draw a disc of a width, which the slider of this page names, and nothing else anew. */
  #drawWidth({ px, page }) {
    if (page !== this.root.closest(".hw-page")) return;
    this.width = px;
    if (this.placed) drawBoxes(this);
  }

  /** Fill the panes with the micrograph again or, where they are full, show the whole of it. */
  fit() {
    const { camera, micrograph, model } = this;
    if (camera.atHome) {
      model.set("fills", !model.get("fills"));
      model.save_changes();
    } else if (micrograph) camera.home(micrograph);
    this.refresh();
  }

  /** Zoom onto the region that Python names, if it names one. */
  lookAtRegion() {
    const box = this.micrograph && regionBox(this.model.get("region"), this.micrograph);
    if (box) this.camera.lookAt(box, this.micrograph, this.layout().placed[0]);
    this.refresh();
  }

  zoomBy(factor, under = null) {
    this.layout();
    this.camera.zoomBy(factor, under);
    this.refresh();
  }

  /** Draw in the next frame. */
  refresh() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** Where the panes lie, and the size of all. */
  layout() {
    const all = this.model.get("panes").map((pane, index) => [pane, index]);
    const texture = this.micrograph ?? { width: 1, height: 1 };
    const { clientWidth: width, clientHeight: height } = this.root;
    const ratio = window.devicePixelRatio || 1;
    const room = [texture, width, height, ratio];
    const { placed, fitted, filled } = this.views.layOut(all, this.large, ...room);
    this.camera.lay(fitted, this.model.get("fills") ? filled : fitted);
    return { placed, width, height };
  }

  /** Draw everything, at once. */
  draw() {
    const { canvas } = this;
    const { placed, width, height } = this.layout();
    const ratio = window.devicePixelRatio || 1;
    if (!width || !height) return;
    const size = [width, height].map((edge) => Math.round(edge * ratio));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    this.placed = placed;
    this.renderer.draw(sceneOf(this, height, ratio));
    drawBoxes(this);
    this.hand.mark();
    this.map.draw();
    this.told.drawn();
  }

  /** For tests: the colour drawn at a point of the micrograph in a pane, after drawing anew. */
  colourAt(key, x, y, anew = true) {
    if (anew) this.draw();
    const ratio = window.devicePixelRatio || 1;
    const pane = this.placed.find(({ what }) => what.key === key);
    const edges = [pane.x, pane.y];
    const at = [x, y].map((value, axis) => {
      const edge = edges[axis] + this.camera.across(pane, value + 0.5, axis);
      return Math.floor(edge * ratio);
    });
    return this.renderer.read(...at);
  }

  close() {
    cancelAnimationFrame(this.frame);
    for (const part of [this.pixels, this.pointer, this.hand, this.told, this.views]) part.close();
    for (const take of this.undo) take();
    this.root.remove();
  }
}

function render({ model, el }) {
  const view = new View(model, el);
  window.hrtemViewers ??= [];
  window.hrtemViewers.push(view); // tests look through this; nothing else does
  return () => {
    window.hrtemViewers = window.hrtemViewers.filter((other) => other !== view);
    view.close();
  };
}

export default { render };
