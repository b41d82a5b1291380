// Which part of the micrograph the panes show: a small picture of all of it with a frame, while
// they do not show all. A press on it goes there.

const EDGE = 88; // of the picture in px of the page, at most
const FROM_EDGE = 10; // of the pane
const VIEWS_PX = 36; // high is what stands in the last pane's corner

export class MiniMap {
  of = null; // the micrograph that is drawn, and with which contrast
  contrast = null;

  constructor(view) {
    this.view = view;
    this.box = view.root.appendChild(document.createElement("div"));
    this.box.className = "hwv-map";
    this.box.title = "What the panes show of the micrograph; press where to go";
    this.picture = this.box.appendChild(document.createElement("img"));
    this.picture.alt = "";
    this.frame = this.box.appendChild(document.createElement("i"));
    this.box.addEventListener("pointerdown", (event) => this.#press(event));
    this.box.addEventListener("pointermove", (event) => event.buttons & 1 && this.#go(event));
  }

  /** Draw it where the panes do not show all. */
  draw() {
    const { micrograph, camera, placed } = this.view;
    const [pane] = placed;
    const shown = micrograph && this.#shown(pane);
    this.box.style.display = shown ? "block" : "none";
    if (!shown) return;
    const contrast = this.view.model.get("contrast");
    if (this.of !== micrograph || this.contrast !== contrast) this.#paint(micrograph, contrast);
    const { width, height } = this.picture;
    const scale = width / micrograph.width;
    const place = {
      left: pane.x + pane.w - width - FROM_EDGE,
      top: pane.y + pane.h - height - FROM_EDGE - (placed.at(-1).x === pane.x ? VIEWS_PX : 0),
    };
    for (const [edge, value] of Object.entries(place)) this.box.style[edge] = `${value}px`;
    const edges = [pane.w, pane.h].map((room) => room / camera.scale);
    const ends = camera.centre.map((middle, axis) => {
      const most = [micrograph.width, micrograph.height][axis];
      return [-1, 1].map((side) => Math.min(Math.max(middle + (side * edges[axis]) / 2, 0), most));
    });
    const [[left, right], [top, bottom]] = ends;
    const frame = { left, top, width: right - left, height: bottom - top };
    for (const [edge, value] of Object.entries(frame))
      this.frame.style[edge] = `${value * scale}px`;
  }

  /** Whether a part of the micrograph lies outside the panes, and there is room to say so. */
  #shown(pane) {
    const { micrograph, camera } = this.view;
    if (pane.w < 3 * EDGE || pane.h < 2 * EDGE) return false;
    return [pane.w, pane.h].some((room, axis) => {
      const half = room / camera.scale / 2;
      const most = [micrograph.width, micrograph.height][axis];
      const middle = camera.centre[axis];
      return middle - half > 0.01 * most || middle + half < 0.99 * most;
    });
  }

  #paint(micrograph, contrast) {
    const canvas = document.createElement("canvas");
    const scale = EDGE / Math.max(micrograph.width, micrograph.height);
    canvas.width = Math.max(Math.round(micrograph.width * scale), 2);
    canvas.height = Math.max(Math.round(micrograph.height * scale), 2);
    const image = new ImageData(canvas.width, canvas.height);
    const { low, high } = micrograph;
    const [dark, light] = contrast;
    const shown = (grey) => (255 * (low + (grey / 255) * (high - low) - dark)) / (light - dark);
    for (let row = 0; row < canvas.height; row++) {
      for (let column = 0; column < canvas.width; column++) {
        const mean = meanOf(micrograph, row / canvas.height, column / canvas.width, 1 / EDGE);
        const grey = shown(mean);
        image.data.set([grey, grey, grey, 255], 4 * (row * canvas.width + column));
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    [this.picture.width, this.picture.height] = [canvas.width, canvas.height];
    this.picture.src = canvas.toDataURL();
    [this.of, this.contrast] = [micrograph, contrast];
  }

  #press(event) {
    event.preventDefault();
    this.box.setPointerCapture(event.pointerId);
    this.#go(event);
  }

  #go(event) {
    const { micrograph, camera } = this.view;
    const { left, top } = this.picture.getBoundingClientRect();
    const scale = micrograph.width / this.picture.width;
    camera.moveTo([(event.clientX - left) * scale, (event.clientY - top) * scale], [0, 0]);
    this.view.refresh();
  }
}

/** The mean of a few pixels in a cell of a picture whose edges are shares of the micrograph. */
function meanOf({ data, width, height }, top, left, edge) {
  let sum = 0;
  for (let part = 0; part < 16; part++) {
    const row = Math.min(Math.floor((top + (edge * (part >> 2)) / 4) * height), height - 1);
    const column = Math.min(Math.floor((left + (edge * (part & 3)) / 4) * width), width - 1);
    sum += data[row * width + column];
  }
  return sum / 16;
}
