// Keys pressed in the page stay in the page. JupyterLab hears every key of a notebook, and in its
// command mode a plain letter changes or cuts the cell that the page lies in.

const SUPPRESS = "data-lm-suppress-shortcuts"; // Lumino looks for it from the key's target upwards

/**
 * Whether a key is meant for JupyterLab wherever it is pressed: save the notebook, show the list of
 * commands.
 */
function leaves({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return false;
  return key.toLowerCase() === "s" || (shiftKey && key.toLowerCase() === "c");
}

/**
 * Keep keys in a page that has the focus, and the focus in a page that was clicked; what is
 * returned ends that. `press` is called with each key that is for the page: `alone`, where it is
 * the whole document, also with those that nothing on it has the focus for.
 */
export function keepKeys(page, alone, press) {
  const undo = [];
  const on = (target, names, act, capture = false) => {
    for (const name of names) {
      target.addEventListener(name, act, capture);
      undo.push(() => target.removeEventListener(name, act, capture));
    }
  };
  let clicked = false; // whether the last click was in the page
  // a click beside a control gives it the focus, not the cell
  if (!page.hasAttribute("tabindex")) page.tabIndex = -1;
  const lost = () => document.activeElement === document.body || document.activeElement === null;
  const grasp = () => {
    // a slider swallows the click, a button may hide once it is pressed: neither has the focus
    // afterwards
    if (clicked && page.isConnected && !page.contains(document.activeElement))
      page.focus({ preventScroll: true });
  };
  on(
    window,
    ["pointerdown"],
    (event) => {
      clicked = page.contains(event.target);
      if (clicked) setTimeout(grasp);
    },
    true,
  );
  on(page, ["pointerup", "click"], () => setTimeout(grasp));
  // before Lumino, which listens on the document
  on(
    window,
    ["keydown", "keyup", "keypress"],
    (event) => {
      if (clicked && lost()) page.focus({ preventScroll: true });
      if (page.contains(event.target)) page.toggleAttribute(SUPPRESS, !leaves(event));
      else if ((clicked || alone) && event.target === document.body && !leaves(event)) {
        if (event.type === "keydown") press(event);
        if (!alone) event.stopImmediatePropagation();
      }
    },
    true,
  );
  on(page, ["keydown"], press);
  on(page, ["keydown", "keyup", "keypress"], (event) => leaves(event) || event.stopPropagation());
  return () => {
    for (const act of undo) act();
  };
}
