// A list of folders and files. A click or Enter chooses a line, the arrow keys open one file after
// the other; the pictures of those files that are seen are asked for. Python's half:
// file_list.py.

import { FileRow } from "./file_row.js";
import { bytesOf, linkOf, newName, tell } from "./link.js";

const A_MOMENT_MS = 80; // so long nothing moves before pictures are asked for
const PICTURES_KEPT = 600;

class FileList {
  constructor(model, list) {
    this.model = model;
    this.list = list;
    this.rows = new Map(); // by path
    this.seen = new Set();
    this.pictured = new Set(); // in the order in which their pictures came
    this.active = null; // the row of the keyboard
    this.picked = new Set(); // by keys, and Python has not said yet that it was asked for
    this.toReveal = model.get("chosen");
    this.asked = null;
    this.own = newName();
    this.made = 0;
    this.observer = new IntersectionObserver((entries) => this.onSeen(entries), { root: list });
    list.addEventListener("click", (event) => this.onClick(event));
    list.addEventListener("keydown", (event) => this.onKey(event));
    this.build();
  }

  /** Show the lines; those that were there before keep their picture. */
  build() {
    const before = this.rows;
    this.rows = new Map();
    for (const row of this.model.get("rows")) {
      const known = before.get(row.path);
      const reused = known?.row.kind === row.kind;
      if (reused) known.put(row);
      const shown = reused ? known : new FileRow(`hw-file-${this.own}-${this.made++}`, row);
      if (!reused) this.observer.observe(shown.element);
      shown.place = this.rows.size;
      this.rows.set(row.path, shown);
    }
    for (const [path, row] of before) if (this.rows.get(path) !== row) this.drop(row);
    this.list.replaceChildren(...[...this.rows.values()].map((row) => row.element));
    if (this.rows.size) this.list.setAttribute("role", "listbox");
    else this.list.removeAttribute("role");
    this.list.setAttribute("aria-label", this.model.get("label"));
    this.activate(this.rows.has(this.active) ? this.active : null);
    this.mark();
    this.choose();
    this.askSoon();
  }

  drop(row) {
    this.observer.unobserve(row.element);
    this.seen.delete(row);
    this.pictured.delete(row);
    row.clear();
  }

  mark() {
    const marks = this.model.get("marks");
    for (const [path, row] of this.rows) row.marked(marks[path]);
  }

  /** Mark the line that is chosen, and bring it into sight once. */
  choose(reveal = false) {
    const chosen = this.model.get("chosen");
    for (const [path, { element }] of this.rows)
      element.setAttribute("aria-selected", path === chosen);
    // of several arrow keys in a hurry the last one counts, not what Python says of an earlier one
    if (reveal && (!this.picked.delete(chosen) || chosen === this.active)) {
      this.toReveal = chosen;
      this.picked.clear();
      this.activate(null);
    }
    const row = this.rows.get(this.toReveal);
    if (!row) return;
    this.toReveal = null;
    this.reveal(row.element);
  }

  /** Scroll the list alone: the page around it stays. */
  reveal({ offsetTop, offsetHeight }) {
    const { list } = this;
    if (offsetTop < list.scrollTop) list.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = offsetTop + offsetHeight - list.clientHeight;
  }

  /** Let the keyboard stand on a line; null: on the one that is chosen. */
  activate(path) {
    this.active = path;
    for (const row of this.rows.values())
      row.element.classList.toggle("hw-file-active", row.row.path === path);
    const row = this.rows.get(path ?? this.model.get("chosen"));
    if (row) this.list.setAttribute("aria-activedescendant", row.element.id);
    else this.list.removeAttribute("aria-activedescendant");
  }

  onClick(event) {
    const path = event.target.closest(".hw-file")?.dataset.path;
    if (path !== undefined) this.pick(path);
  }

  pick(path, hurried = false) {
    this.activate(path);
    this.picked.add(path);
    tell(this.model, { kind: "pick", path, hurried });
  }

  onKey(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const paths = [...this.rows.keys()];
    const here = paths.indexOf(this.active ?? this.model.get("chosen"));
    const last = paths.length - 1;
    const to = {
      ArrowDown: Math.min(here + 1, last),
      ArrowUp: here < 0 ? last : Math.max(here - 1, 0),
      Home: 0,
      End: last,
    }[key];
    if (to !== undefined && last >= 0) {
      const row = this.rows.get(paths[to]);
      this.reveal(row.element);
      if (to === here) this.activate(paths[to]);
      else if (row.row.kind === "file") this.pick(paths[to], true);
      else this.activate(paths[to]); // a folder is entered by Enter
    } else if ((key === "Enter" || key === " ") && here >= 0) this.pick(paths[here]);
    else return;
    event.preventDefault();
  }

  // -- pictures

  onSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.rows.get(target.dataset.path);
      if (row?.element !== target) continue;
      if (isIntersecting) this.seen.add(row);
      else this.seen.delete(row);
    }
    this.askSoon();
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), A_MOMENT_MS);
  }

  /** Ask for the pictures of what is seen; what was asked for and is seen no more is let go. */
  ask(again = false) {
    const paths = [...this.seen]
      .filter((row) => row.lacks)
      .sort((one, other) => one.place - other.place)
      .map((row) => row.row.path);
    const asked = JSON.stringify(paths);
    if (asked === (this.asked ?? "[]") && !again) return;
    this.asked = asked;
    tell(this.model, { kind: "seen", paths });
  }

  hear(message, buffers) {
    if (message.kind !== "picture") return;
    const row = this.rows.get(message.path);
    if (!row) return;
    row.picture(bytesOf(buffers), message.why);
    this.pictured.delete(row);
    this.pictured.add(row);
    for (const one of this.pictured) {
      if (this.pictured.size <= PICTURES_KEPT) return;
      if (this.seen.has(one)) continue;
      this.pictured.delete(one);
      one.clear();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    for (const row of this.rows.values()) row.clear();
  }
}

function render({ model, el }) {
  const list = el.appendChild(document.createElement("div"));
  list.className = "hw-file-list";
  list.tabIndex = 0;
  const shown = new FileList(model, list);
  const link = linkOf(model.widget_manager);
  const acts = {
    "change:rows": () => shown.build(),
    "change:marks": () => shown.mark(),
    "change:chosen": () => shown.choose(true),
    "msg:custom": (message, buffers) => shown.hear(message, buffers),
  };
  for (const [name, act] of Object.entries(acts)) model.on(name, act);
  const back = () => shown.ask(true); // what was asked for may be lost
  link.addEventListener("back", back);
  return () => {
    for (const [name, act] of Object.entries(acts)) model.off(name, act);
    link.removeEventListener("back", back);
    shown.close();
  };
}

export default { render };
