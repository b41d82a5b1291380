// Strokes that are not on the disk yet: held here and in the browser's storage until Python says
// that they are, so that neither a kernel that dies nor a page that is closed takes them along.
// They are sent again when Python is back, or once a new page shows the same label.

import { linkOf, newName } from "../widgets/link.js";

const HELD = "hrtem-workbench-strokes:";
const PAGE = "hrtem-workbench-page";
// another page may hold its own strokes for so long before this one takes them over
const ADOPTED_S = 30;

function storage(kind) {
  try {
    return window[kind];
  } catch {
    return null; // private windows may forbid it; then memory is all there is
  }
}

/** The name of this tab, which a reload keeps. */
function tabName() {
  const kept = storage("sessionStorage");
  let name = kept?.getItem(PAGE);
  if (!name) {
    name = newName();
    try {
      kept?.setItem(PAGE, name);
    } catch {
      /* as above */
    }
  }
  return name;
}

export class HeldStrokes {
  constructor(model) {
    this.model = model;
    this.link = linkOf(model.widget_manager);
    this.mine = HELD + tabName();
    this.strokes = []; // messages to Python, in the order in which they were drawn
    this.taken = []; // those that were taken back while Python is away
    this.adopt();
    this.told();
  }

  /** Take over what an earlier page of this tab held, and what pages that are gone did. */
  adopt() {
    const store = storage("localStorage");
    for (const key of store ? Object.keys(store).filter((name) => name.startsWith(HELD)) : []) {
      try {
        const { at, strokes } = JSON.parse(store.getItem(key));
        if (key !== this.mine && Date.now() - at < 1000 * ADOPTED_S) continue;
        const known = new Set(this.strokes.map(({ id }) => id));
        const late = strokes
          .filter(({ id }) => !known.has(id))
          .map((stroke) => ({ ...stroke, away: false, earlier: true }));
        this.strokes.push(...late);
        if (key !== this.mine) store.removeItem(key);
      } catch {
        store.removeItem(key); // not ours, or cut off
      }
    }
    if (this.strokes.length) this.store();
  }

  add(stroke) {
    this.taken = [];
    this.strokes.push(stroke);
    this.store();
  }

  /** Python has written these to the disk. */
  kept(ids) {
    const done = new Set(ids);
    this.strokes = this.strokes.filter(({ id }) => !done.has(id));
    this.store();
  }

  /**
   * Take back the last stroke of a label that was drawn while Python is away; false where there is
   * none.
   */
  undo(of) {
    const last = this.strokes.findLastIndex((stroke) => stroke.of === of && stroke.away);
    if (last < 0) return false;
    this.taken.push(...this.strokes.splice(last, 1));
    this.store();
    return true;
  }

  redo() {
    const stroke = this.taken.pop();
    if (!stroke) return false;
    this.strokes.push(stroke);
    this.store();
    return true;
  }

  of(label) {
    return this.strokes.filter((stroke) => stroke.of === label);
  }

  store() {
    try {
      const { mine, strokes } = this;
      const store = storage("localStorage");
      if (strokes.length) store?.setItem(mine, JSON.stringify({ at: Date.now(), strokes }));
      else store?.removeItem(mine);
    } catch {
      /* full: they are held in memory */
    }
    this.told();
  }

  told() {
    const held = this.strokes.length;
    if (held === this.link.held) return;
    this.link.held = held;
    this.link.dispatchEvent(new Event("held"));
  }
}
