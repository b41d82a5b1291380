// Which part of the micrograph the panes show: all of them the same, so that one hand moves all.
// Points are [x, y] in pixels of the texture; a pane is { x, y, w, h } in pixels of the page.

const NEAREST = 200;
const FARTHEST = 0.5;
const SHARE_OF_PANE = 0.8; // that a region takes which is zoomed onto

export class Camera {
  zoom = 1; // in units of the size at which the whole micrograph fits a pane
  centre = [0, 0];
  fitted = 0; // pixels of the page in one of the texture at zoom 1, as the panes are laid out
  atHome = true; // until a hand zooms or moves: it then follows the size of the panes

  /** Pixels of the page in one of the texture. */
  get scale() {
    return this.fitted * this.zoom;
  }

  /** Show all of a texture, as the panes are filled. */
  home({ width, height }) {
    this.zoom = 1;
    this.centre = [width / 2, height / 2];
    this.atHome = true;
  }

  /** Take over how the panes are laid out: `filled` is the scale of a camera that is at home. */
  lay(fitted, filled) {
    this.fitted = fitted;
    if (this.atHome) this.zoom = filled / fitted;
  }

  /** Zoom onto a box of a texture, so that it takes most of a pane and the pane stays full. */
  lookAt({ top, left, bottom, right }, { width, height }, pane) {
    const wanted = SHARE_OF_PANE * Math.min(pane.w / (right - left), pane.h / (bottom - top));
    this.zoom = Math.min(Math.max(wanted / this.fitted, 1), NEAREST);
    this.atHome = false;
    this.#keepFull([(left + right) / 2, (top + bottom) / 2], { width, height }, pane);
  }

  /** Bring a point to the middle of a pane, as far as the pane stays full. */
  #keepFull(middle, { width, height }, pane) {
    const edges = [width, height];
    this.centre = [pane.w, pane.h].map((room, axis) => {
      const half = room / this.scale / 2;
      if (half > edges[axis] / 2) return edges[axis] / 2;
      return Math.min(Math.max(middle[axis], half), edges[axis] - half);
    });
  }

  /** Zoom; what lies under the pointer { point, offset } stays there. */
  zoomBy(factor, under = null) {
    this.zoom = Math.min(Math.max(this.zoom * factor, FARTHEST), NEAREST);
    this.atHome = false;
    if (under) this.moveTo(under.point, under.offset);
  }

  /** Bring a point to an offset from the middle of each pane, in pixels of the page. */
  moveTo(point, offset) {
    this.atHome = false;
    this.centre = point.map((value, axis) => value - offset[axis] / this.scale);
  }

  /** Bring a row and column of the micrograph to the middle of a pane, as far as it stays full. */
  centreOn({ row, column }, micrograph, pane) {
    const point = [column, row].map((edge) => edge / micrograph.factor);
    this.atHome = false;
    this.#keepFull(point, micrograph, pane);
  }

  /** Where a place of the texture lies along an axis, from a pane's left or top edge. */
  across(pane, value, axis) {
    return (value - this.centre[axis]) * this.scale + (axis ? pane.h : pane.w) / 2;
  }

  /** The point that lies at an offset from the middle of a pane, in pixels of the page. */
  pointAt(offset) {
    return offset.map((shift, axis) => this.centre[axis] + shift / this.scale);
  }
}
