// The rail: a button with icon and name for each subject. Python's half is rail.py.

import { FullWindow } from "./full_window.js";
import { svgElement } from "./svg.js";

const WINDOW = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
const DOT = "M12 8a4 4 0 1 0 .01 0"; // of a subject that brings no icon

function newButton(icon, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "hw-rail-item";
  const svg = svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(svgElement("path", { d: icon || DOT }));
  const word = document.createElement("span");
  word.textContent = name;
  button.append(svg, word);
  return button;
}

function render({ model, el }) {
  el.classList.add("hw-rail");
  const nav = el.appendChild(document.createElement("nav"));
  nav.setAttribute("aria-label", "Subjects");
  const buttons = new Map();

  const show = () => {
    const said = model.get("said");
    for (const { key, title } of model.get("items")) {
      const button = buttons.get(key);
      const open = model.get("chosen") === key;
      button.setAttribute("aria-expanded", open);
      button.title = [title, said[key]].filter(Boolean).join(": ");
    }
  };
  const build = () => {
    nav.replaceChildren();
    buttons.clear();
    for (const { key, name, icon } of model.get("items")) {
      const button = nav.appendChild(newButton(icon, name));
      button.dataset.key = key;
      button.addEventListener("click", () => {
        model.set("chosen", model.get("chosen") === key ? "" : key);
        model.save_changes();
        show();
      });
      buttons.set(key, button);
    }
    show();
  };
  model.on("change:items", build);
  model.on("change:chosen change:said", show);
  build();
  const full = model.get("offers_window")
    ? new FullWindow(el, newButton(WINDOW, "Full window"))
    : null;
  return () => {
    model.off("change:items", build);
    model.off("change:chosen change:said", show);
    full?.close();
  };
}

export default { render };
