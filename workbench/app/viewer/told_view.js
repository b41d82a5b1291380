// Tells Python which part of the micrograph the panes show, once the hand has come to rest, where
// Python wishes to know.

import { tell } from "../widgets/link.js";

const SETTLED_MS = 150;

export class ToldView {
  of = null; // the micrograph of which Python was told last, and what
  box = "";

  constructor(view) {
    this.view = view;
    this.changed = () => this.drawn();
    view.model.on("change:tells_view", this.changed);
  }

  /** Rows and columns that lie in a pane: [top, left, bottom, right] in px of the micrograph. */
  #shown() {
    const { micrograph, camera, placed } = this.view;
    const { w, h } = placed[0];
    const { factor } = micrograph;
    const ends = [-1, 1].map((side) => camera.pointAt([(side * w) / 2, (side * h) / 2]));
    const near = factor / camera.scale; // a pixel of the page: a pane may be so much too small
    const within = (value, axis) => {
      const [edge, far] = [Math.round(value * factor), micrograph.full[1 - axis]];
      if (edge < near) return 0;
      return far - edge < near ? far : edge;
    };
    const [[left, top], [right, bottom]] = ends.map((end) => end.map(within));
    return [top, left, bottom, right];
  }

  /** Hear that the panes were drawn. */
  drawn() {
    const { model, micrograph, placed } = this.view;
    clearTimeout(this.settling);
    if (!model.get("tells_view") || !micrograph || !placed?.length) {
      this.of = null;
      return;
    }
    this.settling = setTimeout(() => this.#tell(), SETTLED_MS);
  }

  #tell() {
    const { micrograph } = this.view;
    const box = this.#shown();
    if (this.of === micrograph && this.box === `${box}`) return;
    [this.of, this.box] = [micrograph, `${box}`];
    tell(this.view.model, { kind: "view", box });
  }

  close() {
    clearTimeout(this.settling);
    this.view.model.off("change:tells_view", this.changed);
  }
}
