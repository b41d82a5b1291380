// Keys that the viewer takes, wherever on the page they are pressed (widgets/page_keys.js).

import { tell } from "../widgets/link.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP_PX = 40;

const ACTS = {
  " ": (view) => {
    view.overlay = !view.overlay;
  },
  f: (view) => view.fit(),
  v: (view) => view.views.next(),
  "+": (view) => view.zoomBy(1.25),
  "=": (view) => view.zoomBy(1.25), // the same key without shift
  "-": (view) => view.zoomBy(0.8),
  "?": ({ keys }) => {
    keys.style.display = keys.style.display === "block" ? "none" : "block";
  },
  x: ({ pointer, model }) => {
    const at = pointer.place();
    if (at) tell(model, { kind: "strike", at });
  },
  Escape: ({ keys, model }) => {
    keys.style.display = "none";
    tell(model, { kind: "escape" });
  },
};

/** Take a key, first for the tool in the hand; one that is for nothing goes on to the page. */
export function pressKey(view, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  if (view.hand.key(event)) view.hand.mark();
  else if (view.pointer.measure.key(event)) view.keys.style.display = "none";
  else if (ARROWS[key]) pan(view, ARROWS[key]);
  else if (ACTS[key]) ACTS[key](view);
  else if (!/^[1-9]$/.test(key) || !enlarge(view, Number(key) - 1)) return;
  event.preventDefault();
  event.stopPropagation();
  view.refresh();
}

function pan({ camera }, direction) {
  const step = STEP_PX / (camera.scale || 1);
  camera.moveTo(
    camera.centre,
    direction.map((value) => -value * step * camera.scale),
  );
}

/** Show one pane large, or all again; false where there is none of this number. */
export function enlarge(view, index) {
  if (index >= view.model.get("panes").length) return false;
  if (view.views.choose(index)) return true;
  view.large = view.large === index ? null : index;
  return true;
}

const TYPING = "input[type=text], input[type=number], textarea, [contenteditable=true]";

/** Let keys of the tool in the hand come to a view that is entered, unless somebody types. */
export function takeFocus({ root, hand }) {
  const { activeElement, body } = document;
  const typing = activeElement?.matches?.(TYPING);
  if (activeElement === body || (hand.tool && !typing)) root.focus({ preventScroll: true });
}
