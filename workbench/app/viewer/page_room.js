// How much of a page the panes may take. A page that leaves it to them gives all but what their
// neighbours above and below need; elsewhere, as in a notebook, it is the widget's own height.

const SMALLEST_ROOM = 240;
const SMALLEST_CLAIM = 160;

export class PageRoom {
  /** `observer`: told when a neighbour comes to need more or less. */
  constructor(root, observer) {
    this.root = root;
    this.observer = observer;
    this.host = null; // the part of the page that the panes fill
  }

  /** The height that panes may take. */
  height() {
    this.#find();
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
    return Math.max(room, SMALLEST_ROOM);
  }

  /** Take a height, so that nothing is left blank below the panes; return the one that is taken. */
  claim(needed) {
    if (!this.host) return this.root.clientHeight;
    const height = Math.max(Math.ceil(needed), SMALLEST_CLAIM);
    if (this.claimed !== height) this.host.style.height = `${height}px`;
    this.claimed = height;
    return height;
  }

  #find() {
    if (this.host) return;
    this.host = this.root.closest(".hw-panes");
    for (const other of this.host?.parentElement?.children ?? []) {
      if (other !== this.host) this.observer.observe(other);
    }
  }
}
