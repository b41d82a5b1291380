// A row of the list of networks is dragged by its grip: a line shows where it will stand.

const ROWS = ".hw-network";
const BEGINS_PX = 4; // a press that moves less is none
const EDGE_PX = 28; // near the ends of what is seen of the list, it scrolls
const SCROLL_PX = 8;

/** Upper edges of all rows, and the lower one of what belongs to the last. */
function edgesOf(list, rows) {
  return [
    ...rows.map((row) => row.getBoundingClientRect().top),
    list.getBoundingClientRect().bottom,
  ];
}

/** Between which edges a height lies: 0 above the middle of the first row. */
function gapAt(edges, y) {
  return edges.slice(1).filter((below, row) => y > (edges[row] + below) / 2).length;
}

function scroller(element) {
  for (let part = element; part; part = part.parentElement) {
    const { overflowY } = getComputedStyle(part);
    if (part.scrollHeight > part.clientHeight && /auto|scroll/.test(overflowY)) return part;
  }
  return null;
}

class RowDrag {
  constructor(grip, event, moved) {
    this.grip = grip;
    this.moved = moved;
    this.row = grip.closest(ROWS);
    this.list = this.row.parentElement;
    this.rows = [...this.list.querySelectorAll(ROWS)];
    this.from = event.clientY;
    this.gap = null;
    this.move = (next) => this.#move(next.clientY);
    this.end = () => this.#end();
    this.key = (pressed) => this.#key(pressed);
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", this.move);
    grip.addEventListener("lostpointercapture", this.end);
    window.addEventListener("keydown", this.key, true);
  }

  #move(y) {
    if (!this.line && Math.abs(y - this.from) < BEGINS_PX) return;
    this.#begin();
    const box = this.box?.getBoundingClientRect();
    if (box && y < box.top + EDGE_PX) this.box.scrollBy(0, -SCROLL_PX);
    if (box && y > box.bottom - EDGE_PX) this.box.scrollBy(0, SCROLL_PX);
    const edges = edgesOf(this.list, this.rows);
    this.gap = gapAt(edges, y);
    this.line.style.top = `${edges[this.gap] - this.list.getBoundingClientRect().top}px`;
  }

  #begin() {
    if (this.line) return;
    this.box = scroller(this.list);
    this.row.classList.add("hw-dragged");
    this.line = this.list.appendChild(document.createElement("div"));
    this.line.className = "hw-drop-line";
  }

  #key(pressed) {
    if (pressed.key !== "Escape") return;
    pressed.preventDefault();
    pressed.stopPropagation();
    this.gap = null;
    this.#end();
  }

  #end() {
    this.grip.removeEventListener("pointermove", this.move);
    this.grip.removeEventListener("lostpointercapture", this.end);
    window.removeEventListener("keydown", this.key, true);
    this.row.classList.remove("hw-dragged");
    this.line?.remove();
    const here = this.rows.indexOf(this.row);
    if (this.gap === null || this.gap === here || this.gap === here + 1) return;
    this.moved(this.gap > here ? this.gap - 1 : this.gap); // its own place is free by then
  }
}

/** Let a grip drag its row; `moved` is called with the place in the list that it is to have. */
export function dragRows(grip, moved) {
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    grip.focus({ preventScroll: true });
    new RowDrag(grip, event, moved);
  });
}
