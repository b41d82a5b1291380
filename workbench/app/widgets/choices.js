// With the place of what a person chooses in a list goes the number of the list that was seen:
// Python may have put another one there since. Python's half is choice.py.

/** Let lists send their number with each choice; what is returned ends that. */
export function sendEditions(model) {
  const manager = model.widget_manager;
  const undo = [];
  const listen = async (name) => {
    const choice = await manager.get_model(name.replace("IPY_MODEL_", ""));
    const chosen = (_model, _index, how) => {
      if (how?.updated_view) choice.set("seen", choice.get("edition"));
    };
    choice.on("change:index", chosen);
    undo.push(() => choice.off("change:index", chosen));
  };
  for (const name of model.get("choices")) {
    listen(name).catch((error) => console.warn("a list has no number", error));
  }
  return () => {
    for (const act of undo) act();
  };
}
