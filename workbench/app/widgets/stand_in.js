// While Python is away, the browser does itself what a slider or a button does to the viewer:
// threshold, colours, tools. Python is told when it is back, or, by the session that is kept for a
// reload, when a new kernel takes over.

import { storeValue } from "./kept_session.js";

/**
 * The value of a control: of a choice by its place in the list that the browser knows, else its
 * value.
 */
function valueIn(control, values) {
  return control.get("index") === undefined ? control.get("value") : values?.[control.get("index")];
}

/** Let controls stand in for Python; what is returned ends that. */
export function standIn(model, link) {
  const manager = model.widget_manager;
  const undo = [];
  const touched = new Map();
  const find = (name) => manager.get_model(name.replace("IPY_MODEL_", ""));
  const put = async ({ control, viewer, trait, values, kept }) => {
    const seen = await find(viewer);
    const from = await find(control);
    const value = valueIn(from, values);
    if (value === undefined) return;
    if (trait === "threshold") {
      const key = model.get("current");
      seen.set(
        "panes",
        seen.get("panes").map((pane) => (pane.key === key ? { ...pane, threshold: value } : pane)),
      );
      if (model.get("keeps")) storeValue(["thresholds", key], value);
    } else {
      seen.set(trait, value);
      if (model.get("keeps") && kept.length) storeValue(kept, value);
    }
    touched.set(control, from);
  };
  const listen = async (one) => {
    const control = await find(one.control);
    const changed = () => link.away && put(one);
    const names = control.get("index") === undefined ? "change:value" : "change:index";
    control.on(names, changed);
    undo.push(() => control.off(names, changed));
  };
  for (const one of model.get("stand_ins"))
    listen(one).catch((error) => console.warn("a control does not stand in", error));
  const back = () => {
    for (const control of touched.values()) {
      const name = control.get("index") === undefined ? "value" : "index";
      control.send_sync_message?.({ [name]: control.get(name) }, {});
    }
    touched.clear();
  };
  link.addEventListener("back", back);
  undo.push(() => link.removeEventListener("back", back));
  return () => {
    for (const act of undo) act();
  };
}
