// The page's own hands in the browser: file downloads, undo keys, and a copy of the session that
// survives a reload. All it draws is a word or two in the status line. Python's half is browser.py.

import { AwayBar } from "./away_bar.js";
import { sendEditions } from "./choices.js";
import { Connection } from "./connection.js";
import { takeDrops } from "./drop.js";
import { storedSession, storeSession } from "./kept_session.js";
import { keepKeys } from "./keys.js";
import { nameParts } from "./landmarks.js";
import { linkOf, tell } from "./link.js";
import { isTyping, pressOnPage } from "./page_keys.js";
import { standIn } from "./stand_in.js";
import { StatusWords } from "./status_words.js";
import { sayTypedValues } from "./typed_values.js";

function download(name, mime, buffer) {
  const url = URL.createObjectURL(new Blob([buffer], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function render({ model, el }) {
  el.classList.add("hw-browser");
  const page = () => el.closest(".hw-page");

  model.on("msg:custom", (message, buffers) => {
    if (message.kind === "download") download(message.name, message.mime, buffers[0]);
  });

  const words = new StatusWords(el, Connection.of(model));
  const onKept = () => {
    if (model.get("keeps") && model.get("kept") && storeSession(model.get("kept"))) words.kept();
  };
  model.on("change:kept", onKept);
  const nameTab = () => {
    const opened = model.get("opened");
    if (model.get("keeps") && opened) document.title = `${opened} · HRTEM Workbench`;
  };
  model.on("change:opened", nameTab);
  nameTab();
  if (model.get("keeps")) {
    document.body.classList.add("hw-alone"); // a page of its own takes the whole window
  }
  tell(model, { kind: "hello", kept: model.get("keeps") ? storedSession() : null });

  const onKey = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
    const inside = page();
    const target = event.target;
    if (!inside || isTyping(target)) return;
    // on a page of its own every key is ours; in JupyterLab only those pressed inside
    if (!model.get("keeps") && !inside.contains(target)) return;
    event.preventDefault();
    event.stopPropagation();
    const what = event.shiftKey ? "redo" : "undo";
    const link = linkOf(model.widget_manager);
    if (link.away)
      link.dispatchEvent(new Event(what)); // of what the browser holds
    else tell(model, { kind: what });
  };
  document.addEventListener("keydown", onKey, true);
  const undo = [
    () => document.removeEventListener("keydown", onKey, true),
    () => model.off("change:kept", onKept),
    () => model.off("change:opened", nameTab),
    () => words.close(),
  ];
  // the page is put together around this widget, and is there once this is drawn
  const placed = requestAnimationFrame(() => {
    if (!page()) return;
    const inside = page();
    const press = (event) => pressOnPage(model, inside, event);
    undo.push(keepKeys(inside, model.get("keeps"), press), nameParts(inside, model.get("keeps")));
    undo.push(takeDrops(inside), sayTypedValues(inside));
    const connection = Connection.of(model);
    const bar = new AwayBar(page(), connection, model.get("keeps"));
    undo.push(connection.show(bar), () => bar.close(), connection.show(words));
    undo.push(standIn(model, connection.link), sendEditions(model));
  });
  return () => {
    cancelAnimationFrame(placed);
    for (const act of undo) act();
  };
}

export default { render };
