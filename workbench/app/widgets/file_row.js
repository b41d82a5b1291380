// A line of a list of files: a small picture, the name in full, and a mark.

import { svgElement } from "./svg.js";

const FOLDER = "M3 6h6l2 2h10v10H3z";
const UP = "M12 19V6M6 12l6-6 6 6";
const NO_PICTURE = "M6 3h9l4 4v14H6zM9 11l7 7M16 11l-7 7";
/** Each mark by its shape and its colour; the word is for screen readers, and for a pointer. */
const MARKS = {
  done: "M12 2a10 10 0 1 0 .01 0zM7 12.5l3.5 3.5 6.5-7",
  flagged: "M6 22V3M6 4h13l-4 4.5 4 4.5H6z",
};
const ICONS = { folder: FOLDER, up: UP };

function icon(name, path) {
  const svg = svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: name });
  svg.append(svgElement("path", { d: path }));
  return svg;
}

function part(parent, tag, name) {
  const made = parent.appendChild(document.createElement(tag));
  made.className = name;
  return made;
}

export class FileRow {
  constructor(id, row) {
    this.element = document.createElement("div");
    this.element.id = id;
    this.element.setAttribute("role", "option");
    this.element.className = `hw-file hw-file-${row.kind}`;
    this.element.dataset.path = row.path;
    this.small = part(this.element, "span", "hw-file-picture");
    const words = part(this.element, "span", "hw-file-words");
    this.name = part(words, "span", "hw-file-name");
    this.text = part(words, "span", "hw-file-text");
    this.mark = part(this.element, "span", "hw-file-mark");
    if (row.kind !== "file") this.small.append(icon("hw-file-icon", ICONS[row.kind]));
    this.url = null;
    this.why = "";
    this.put(row);
  }

  /** Show what the list says of it now; the picture of a file that was written anew is let go. */
  put(row) {
    if (this.row?.stamp !== row.stamp) this.clear();
    this.row = row;
    this.name.textContent = row.name;
    this.text.textContent = row.text;
    this.sayTitle();
  }

  /** Whether its picture, or that there is none, is not known. */
  get lacks() {
    return this.row.kind === "file" && !this.url && !this.why;
  }

  /** Show a picture; without one a plain mark, whose title says why. */
  picture(bytes, why) {
    this.clear();
    this.why = why;
    if (bytes) {
      this.url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
      const image = new Image();
      image.src = this.url;
      image.alt = "";
      image.draggable = false;
      this.small.append(image);
    } else this.small.append(icon("hw-file-none", NO_PICTURE));
    this.sayTitle();
  }

  clear() {
    if (this.row?.kind === "file") this.small.replaceChildren();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
    this.why = "";
  }

  sayTitle() {
    this.element.title = this.why ? `${this.row.name}\n${this.why}` : this.row.name;
  }

  /** Show its mark: `done`, `flagged` or none. */
  marked(mark) {
    if (this.mark.dataset.mark === (mark ?? "")) return;
    this.mark.dataset.mark = mark ?? "";
    this.mark.replaceChildren();
    if (!mark) return;
    this.mark.append(icon("hw-file-shape", MARKS[mark]));
    part(this.mark, "span", "hw-unseen").textContent = mark;
    this.mark.title = mark;
  }
}
