// One map over the panes, as large as they are, until it is pressed or Escape is.

export class LargeMap {
  /** `grid`: the maps, somewhere in a page. */
  constructor(grid) {
    this.grid = grid;
  }

  /** Show a map: its canvas as it is now, and what is said of it beside the grid. */
  show({ canvas, box }) {
    const panes = this.grid.closest(".hw-page")?.querySelector(".hw-panes");
    if (!panes) return;
    this.close();
    const shown = panes.appendChild(document.createElement("button"));
    this.shown = shown;
    shown.type = "button";
    shown.className = "hw-map-large";
    shown.title = "Put it away (Escape)";
    const copy = shown.appendChild(document.createElement("canvas"));
    Object.assign(copy, { width: canvas.width, height: canvas.height });
    copy.getContext("2d").drawImage(canvas, 0, 0);
    const name = document.createElement("b");
    name.textContent = box.title;
    const said = box.querySelector(".hw-verdict");
    shown.append(name, ...(said ? [said.cloneNode(true)] : []));
    shown.addEventListener("click", () => this.close());
    shown.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    shown.focus();
  }

  close() {
    this.shown?.remove();
    this.shown = null;
  }
}
