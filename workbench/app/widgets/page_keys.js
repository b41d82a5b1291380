// Keys pressed anywhere on the page: they go to the panes and through the files of a folder, unless
// somebody types or the control that has the focus takes them itself.

import { linkOf, tell } from "./link.js";

const NO_TEXT_TYPES = [
  "button",
  "checkbox",
  "color",
  "file",
  "image",
  "radio",
  "range",
  "reset",
  "submit",
];
const MOVE_KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const END_KEYS = ["Home", "End", "PageUp", "PageDown"];
const PRESS_KEYS = [" ", "Enter"];

/** What a control does by itself, without a script that could say so; the first one that fits. */
const OWN_KEYS = [
  ["input[type=range], [role=slider]", [...MOVE_KEYS, ...END_KEYS]],
  ["button, summary, a[href], input, [role=tab], [role=button]", [...MOVE_KEYS, ...PRESS_KEYS]],
  ["[role=separator], [role=option], [tabindex='0']:not(.hwv)", [...MOVE_KEYS, ...PRESS_KEYS]],
];
const STEP_KEYS = { PageUp: "previous", ",": "previous", PageDown: "next", ".": "next" };
const MARK_KEYS = { d: "done", s: "flagged" };

/** Whether somebody types there. */
export function isTyping(target) {
  if (target.matches?.("input")) return !NO_TEXT_TYPES.includes(target.type);
  return Boolean(target.isContentEditable || target.matches?.("textarea"));
}

/** What a key asks about the files of a folder; undefined: nothing. */
function asksOfFiles({ key, shiftKey, repeat }) {
  if (key === "PageDown" && shiftKey) return { kind: "next not done" };
  if (Object.hasOwn(STEP_KEYS, key)) return { kind: STEP_KEYS[key] };
  if (Object.hasOwn(MARK_KEYS, key)) return repeat ? {} : { kind: "mark", mark: MARK_KEYS[key] };
  return undefined;
}

function takesItself(target, key) {
  if (target.matches?.("select")) return true; // an option is found by its letters
  const own = OWN_KEYS.find(([kind]) => target.matches?.(kind));
  return own?.[1].includes(key) ?? false;
}

/**
 * Take a key that was pressed on a page. `model` is that of its browser.py. One that a control has
 * taken is for nobody else.
 */
export function pressOnPage(model, page, event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if (event.defaultPrevented || ctrlKey || metaKey || altKey) return;
  if (isTyping(target) || takesItself(target, key)) return;
  const link = linkOf(model.widget_manager);
  const asked = asksOfFiles(event);
  if (asked && model.get("steps")) {
    event.preventDefault();
    if (asked.kind && !link.away) tell(model, asked);
  } else if (!target.closest?.(".hwv")) {
    // the panes have heard what is pressed in them
    const detail = { page, event };
    link.dispatchEvent(new CustomEvent("key", { detail }));
  }
}
