// A slider for the width of something in the panes, on a logarithmic scale: while a hand is on it,
// the viewers are told to draw that width. Python's half is width_slider.py.

import { linkOf } from "./link.js";

const STEPS = 200; // 2 to 3 % each, from a few pixels to half a micrograph

const rounded = (width) => Number(width.toPrecision(3));

function render({ model, el }) {
  const link = linkOf(model.widget_manager);
  const add = (parent, tag, name) => {
    const made = parent.appendChild(document.createElement(tag));
    made.className = name;
    return made;
  };
  const row = add(el, "label", "hw-width");
  const said = add(row, "span", "hw-width-said");
  const slider = add(row, "input", "hw-width-slider");
  Object.assign(slider, { type: "range", min: 0, max: STEPS, step: 1 });
  let draws = false;

  const low = () => model.get("low");
  const ratio = () => model.get("high") / low();
  const width = () => rounded(low() * ratio() ** (slider.value / STEPS));
  const draw = (px) => {
    if (px === null && !draws) return;
    draws = px !== null;
    const page = el.closest(".hw-page"); // a kernel may have several
    link.dispatchEvent(new CustomEvent("width", { detail: { px, page } }));
  };
  const drawValue = () => draw(model.get("value") ?? width());
  const say = (value) => {
    const [before, after] = model.get("label").split("{}");
    said.textContent = `${before}${value === null ? "?" : rounded(value)}${after}`;
    slider.setAttribute("aria-valuetext", said.textContent);
  };
  const show = () => {
    const value = model.get("value");
    const place = (STEPS * Math.log((value ?? model.get("start")) / low())) / Math.log(ratio());
    slider.value = Math.min(Math.max(Math.round(place), 0), STEPS);
    say(value);
    if (draws) drawValue();
  };

  const listen = (target, acts) => {
    for (const [name, act] of Object.entries(acts)) target.addEventListener(name, act);
  };
  listen(slider, {
    input: () => {
      say(width());
      draw(width());
    },
    change: () => {
      model.set("value", width());
      model.save_changes();
    },
    focus: () => slider.matches(":focus-visible") && drawValue(),
    blur: () => draw(null),
  });
  listen(row, { pointerenter: drawValue, pointerleave: () => draw(null) });
  const names = ["value", "low", "high", "start", "label"]
    .map((name) => `change:${name}`)
    .join(" ");
  model.on(names, show);
  show();
  return () => {
    model.off(names, show);
    draw(null);
  };
}

export default { render };
