// How the panes stand to each other: side by side; two of them under a curtain that is drawn by
// hand; two that take turns; or the outlines of all networks on one micrograph.

import { layOut } from "./layout.js";

const VIEWS = {
  side: ["Side by side", "M3 5h8v14H3zM13 5h8v14h-8z"],
  swipe: ["Swipe: one pane drawn over another one", "M3 5h18v14H3zM12 3v18M9 12l-3 0M15 12l3 0"],
  blink: ["Blink: two panes take turns", "M4 4h11v11H4zM9 9h11v11H9z"],
  outlines: [
    "Outlines of all networks on the micrograph",
    "M5 12a7 6 0 1 0 14 0a7 6 0 1 0 -14 0M8 12.5a4.5 4 0 1 0 9 0a4.5 4 0 1 0 -9 0",
  ],
};
const TURN_MS = 700;
const STEP = 0.02; // of the pane, by an arrow key
const WHOLE = [0, 1];

export class Views {
  share = 0.5; // of the pane that lies left of the curtain
  chosen = []; // indices of panes that a person chose for swipe and blink, the last two of them
  second = false; // whether it is the turn of the second one

  constructor(view) {
    this.view = view;
    this.strip = view.root.appendChild(document.createElement("div"));
    this.strip.className = "hwv-views";
    this.strip.setAttribute("role", "toolbar");
    this.strip.setAttribute("aria-label", "Views");
    for (const [mode, [title, icon]] of Object.entries(VIEWS)) this.#addButton(mode, title, icon);
    this.curtain = view.root.appendChild(document.createElement("div"));
    this.curtain.className = "hwv-curtain";
    this.curtain.tabIndex = 0;
    this.curtain.setAttribute("role", "separator");
    this.curtain.setAttribute("aria-orientation", "vertical");
    this.curtain.setAttribute("aria-label", "Curtain between two panes");
    this.curtain.addEventListener("pointerdown", (event) => this.#press(event));
    this.curtain.addEventListener("pointermove", (event) => this.#drag(event));
    this.curtain.addEventListener("keydown", (event) => this.#key(event));
    this.changed = () => this.#begin();
    view.model.on("change:view_mode", this.changed);
    this.#begin();
  }

  get mode() {
    return this.view.model.get("view_mode");
  }

  #addButton(mode, title, icon) {
    const button = this.strip.appendChild(document.createElement("button"));
    button.type = "button";
    button.dataset.mode = mode;
    button.title = title;
    button.setAttribute("aria-label", title);
    const path = `<path d="${icon}"></path>`;
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;
    button.addEventListener("click", () => this.set(mode));
  }

  set(mode) {
    this.view.large = null;
    this.view.model.set("view_mode", mode);
    this.view.model.save_changes();
    this.#begin();
  }

  /** Go on to the next view. */
  next() {
    const names = Object.keys(VIEWS);
    this.set(names[(names.indexOf(this.mode) + 1) % names.length]);
  }

  #begin() {
    for (const button of this.strip.children) {
      button.setAttribute("aria-pressed", button.dataset.mode === this.mode);
    }
    clearInterval(this.turns);
    this.second = false;
    if (this.mode === "blink") {
      this.turns = setInterval(() => {
        this.second = !this.second;
        this.view.refresh();
      }, TURN_MS);
    }
    this.view.refresh();
  }

  /** Choose a pane for swipe or blink, beside the one chosen before; false in other views. */
  choose(index) {
    if (!["swipe", "blink"].includes(this.mode)) return false;
    this.chosen = [...this.chosen.filter((other) => other !== index), index].slice(-2);
    return true;
  }

  /** The two panes that are compared: those chosen, else the last ones. */
  #pair(all) {
    const last = all.map(([, index]) => index).filter((index) => !this.chosen.includes(index));
    const wanted = [...last, ...this.chosen.filter((index) => all[index])].slice(-2);
    return all.filter(([, index]) => wanted.includes(index));
  }

  /** Lay out panes [[what, index], ...] as `layOut` does, those of the view that is chosen. */
  layOut(all, large, ...room) {
    const mode = all.length > 1 ? this.mode : "side";
    this.curtain.style.display = "none";
    this.strip.style.display = all.length > 1 ? "" : "none";
    if (large !== null && all[large]) return layOut([all[large]], ...room);
    if (mode === "outlines") return this.#outlines(all, room);
    if (mode === "side") return layOut(all, ...room);
    const pair = this.#pair(all);
    if (mode === "blink") return layOut([pair[Number(this.second)]], ...room);
    return this.#swipe(pair, room);
  }

  #outlines(all, room) {
    const own = all.find(([what]) => what.kind === "micrograph") ?? all[0];
    const legend = all.map(([what]) => what).filter(({ kind }) => kind === "network");
    return layOut([[{ ...own[0], legend }, own[1]]], ...room);
  }

  #swipe(pair, room) {
    const found = layOut([pair[0]], ...room);
    const [pane] = found.placed;
    const [what, index] = pair[1];
    const at = Math.round(pane.w * this.share);
    const cut = at / pane.w;
    found.placed = [
      { ...pane, part: [0, cut] },
      { ...pane, what, index, part: [cut, 1] },
    ];
    this.curtain.style.display = "block";
    this.curtain.style.left = `${pane.x + at}px`;
    this.curtain.setAttribute("aria-valuenow", Math.round(100 * this.share));
    return found;
  }

  #move(share) {
    this.share = Math.min(Math.max(share, 0.02), 0.98);
    this.view.refresh();
  }

  #press(event) {
    event.preventDefault();
    event.stopPropagation();
    this.curtain.focus({ preventScroll: true });
    this.curtain.setPointerCapture(event.pointerId);
  }

  #drag(event) {
    if (!this.curtain.hasPointerCapture(event.pointerId)) return;
    const { left, width } = this.view.canvas.getBoundingClientRect();
    this.#move((event.clientX - left) / width);
  }

  #key(event) {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.#move(this.share + step);
  }

  close() {
    clearInterval(this.turns);
    this.view.model.off("change:view_mode", this.changed);
  }
}

/** Which share of a pane is seen, from its left edge: all of it, but under a curtain. */
export function partOf(pane) {
  return pane.part ?? WHOLE;
}
