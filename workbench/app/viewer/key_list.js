// The list of keys, by subject, that "?" shows.

import { LABEL_KEYS } from "./label_keys.js";

const GROUPS = {
  Panes: {
    "1 – 9": "one pane large, the same again: all",
    "double click": "the same",
    v: "side by side, swipe, blink, outlines of all networks on one",
    space: "overlay on and off",
  },
  "What they show": {
    f: "fill the panes, or show the whole micrograph",
    "+  –  wheel": "zoom",
    "drag, arrows": "move",
    r: "ruler: drag for a length and a direction",
  },
  Particles: {
    x: "take the particle under the pointer out, or in again",
    "up down": "in the table: the particle before, the one after",
  },
  Page: {
    "ctrl-Z, ctrl-shift-Z": "undo, redo",
    "Page Up  Page Down, or ,  .": "the file before, the file after",
    "shift-Page Down": "the next file that is not done",
    "d  s": "mark the file as done, flag it for a second look",
    Esc: "the tool is put away; nothing is explained any more",
    "?": "this list",
  },
  Label: LABEL_KEYS,
};

/** Write the list into a box. */
export function listKeys(box) {
  box.tabIndex = 0; // where the panes are low it is gone through by keys
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Keys");
  for (const [subject, keys] of Object.entries(GROUPS)) {
    const head = box.appendChild(document.createElement("b"));
    head.textContent = subject;
    const list = box.appendChild(document.createElement("dl"));
    for (const [key, does] of Object.entries(keys)) {
      list.appendChild(document.createElement("dt")).textContent = key;
      list.appendChild(document.createElement("dd")).textContent = does;
    }
  }
}
