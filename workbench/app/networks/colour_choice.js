// The colours that a network can have, beside its swatch: one press, and it has it.

function button(parent, text, title, act) {
  const made = parent.appendChild(document.createElement("button"));
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.setAttribute("aria-label", title);
  made.addEventListener("click", act);
  return made;
}

/** What is said of a colour: whose it is, where it is anybody's. */
function said({ word, colour, owner }, own) {
  if (colour === own) return `${word}, its own`;
  return owner ? `${word}, that of ${owner}: they swap` : word;
}

// Whose colours are open, and on which page: a row that is drawn anew meanwhile opens them again.
let opened = null;
const SOON_MS = 2000; // a row that is taken away, and shown again later, does not

/** Colours, and buttons for one place up and down, that open beside a swatch. */
export class ColourChoice {
  constructor(el, swatch, take, step) {
    this.swatch = swatch;
    this.take = take;
    this.step = step;
    this.root = el.appendChild(document.createElement("div"));
    this.root.className = "hw-colours";
    this.root.popover = "auto";
    this.root.setAttribute("role", "dialog");
    this.root.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      swatch.setAttribute("aria-expanded", open);
      // it is not told to what is taken out of the page
      if (open) opened = { by: this, page: swatch.closest(".hw-page"), left: Infinity };
      else if (opened?.by === this) opened = null;
    });
    // Escape closes it, and means nothing to the panes
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation();
    });
    swatch.setAttribute("aria-expanded", false);
    swatch.addEventListener("click", () => this.#open());
  }

  /** Offer these colours for a network of that name and colour. */
  offer(label, own, palette) {
    this.label = label;
    this.root.setAttribute("aria-label", `Colour of ${label}`);
    this.root.replaceChildren();
    const grid = this.root.appendChild(document.createElement("div"));
    for (const one of palette) {
      const made = button(grid, "", said(one, own), () => this.#choose(one.colour));
      made.className = "hw-colour";
      made.style.background = one.colour;
      made.setAttribute("aria-pressed", one.colour === own);
    }
    const moves = this.root.appendChild(document.createElement("div"));
    button(moves, "▴ up", `${label}: one place up`, () => this.#move(-1));
    button(moves, "▾ down", `${label}: one place down`, () => this.#move(1));
  }

  /** Open them where they were open when the row was drawn before. */
  reopen() {
    const here = opened?.by.label === this.label && opened.page === this.swatch.closest(".hw-page");
    if (here && performance.now() < opened.left + SOON_MS) this.#open();
  }

  /** The row is taken away, perhaps to be drawn anew. */
  leave() {
    if (opened?.by === this) opened.left = performance.now();
  }

  #open() {
    if (this.root.matches(":popover-open")) return;
    const { left, bottom } = this.swatch.getBoundingClientRect();
    this.root.showPopover();
    const { offsetWidth, offsetHeight } = this.root;
    const within = (place, size, room) => Math.max(Math.min(place, room - size - 8), 8);
    this.root.style.left = `${within(left, offsetWidth, innerWidth)}px`;
    this.root.style.top = `${within(bottom + 4, offsetHeight, innerHeight)}px`;
    const pressed =
      this.root.querySelector("[aria-pressed=true]") ?? this.root.querySelector("button");
    pressed?.focus();
  }

  #choose(colour) {
    this.root.hidePopover();
    this.take(colour);
  }

  #move(places) {
    this.root.hidePopover();
    this.step(places);
  }
}
