// The head of a network's row: a grip that orders the list, and the swatch of its colour. Python's
// half is layer_handle.py.

import { tell } from "../widgets/link.js";
import { svgElement } from "../widgets/svg.js";
import { ColourChoice } from "./colour_choice.js";
import { dragRows } from "./row_drag.js";

const DOTS = [5, 12, 19].map((y) => `M8 ${y}h.01M16 ${y}h.01`).join("");
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

// A row that moves is drawn anew: what of it had the focus has it again, unless somebody has gone
// on to something else.
let refocus = "";

function part(el, name) {
  const made = el.appendChild(document.createElement("button"));
  made.type = "button";
  made.className = name;
  return made;
}

function render({ model, el }) {
  el.classList.add("hw-layer");
  const grip = part(el, "hw-grip");
  const dots = svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  dots.append(svgElement("path", { d: DOTS }));
  grip.append(dots);
  const swatch = part(el, "hw-swatch-button");
  const chip = swatch.appendChild(document.createElement("i"));
  chip.className = "hw-swatch";

  const move = (message, name) => {
    refocus = name;
    tell(model, message);
  };
  el.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) refocus = "";
  });
  const choice = new ColourChoice(
    el,
    swatch,
    (colour) => tell(model, { colour }),
    (step) => move({ step }, "hw-swatch-button"),
  );
  dragRows(grip, (place) => move({ place }, "hw-grip"));
  grip.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    move({ step }, "hw-grip");
  });

  const show = () => {
    const [label, colour, palette] = ["label", "colour", "palette"].map((name) => model.get(name));
    grip.title = `${label}: drag it, or press the arrow keys, to order the list`;
    const word = palette.find((one) => one.colour === colour)?.word ?? colour;
    swatch.title = `${label}: ${word}; another colour …`;
    for (const named of [grip, swatch]) named.setAttribute("aria-label", named.title);
    chip.style.background = colour;
    choice.offer(label, colour, palette);
  };
  model.on("change:label change:colour change:palette", show);
  show();
  const placed = requestAnimationFrame(() => {
    const free = document.activeElement?.matches("body, .hw-page") ?? true;
    if (refocus && free) el.querySelector(`.${refocus}`).focus({ preventScroll: true });
    choice.reopen();
  });
  return () => {
    cancelAnimationFrame(placed);
    choice.leave();
    model.off("change:label change:colour change:palette", show);
  };
}

export default { render };
