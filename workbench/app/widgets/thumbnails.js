// A list of small pictures that are buttons: Tab and arrows reach them, Enter or a click chooses
// one; fixed ones are only looked at. Python's half is thumbnails.py, which sends the pictures when
// a page is ready and whenever the list changes.

import { hearPython } from "./link.js";

function render({ model, el }) {
  const list = el.appendChild(document.createElement("div"));
  list.className = "hw-thumbs";
  let urls = [];

  const mark = () => {
    for (const button of list.children)
      button.classList.toggle("hw-chosen", button.dataset.key === model.get("chosen"));
  };

  const show = (items, buffers) => {
    const held =
      document.activeElement?.parentElement === list ? document.activeElement.dataset.key : null;
    for (const url of urls) URL.revokeObjectURL(url);
    urls = buffers.map((buffer) => URL.createObjectURL(new Blob([buffer], { type: "image/png" })));
    list.replaceChildren(
      ...items.map((item, index) => {
        const fixed = model.get("fixed");
        const button = document.createElement(fixed ? "figure" : "button");
        const picture = new Image();
        const name = document.createElement("b");
        const why = document.createElement("span");
        button.dataset.key = item.key;
        button.title = item.title;
        picture.src = urls[index];
        picture.alt = "";
        name.textContent = item.name;
        why.textContent = item.text;
        button.append(picture, name, why);
        if (fixed) return button;
        button.type = "button";
        button.addEventListener("click", () => model.send({ kind: "chosen", key: item.key }));
        return button;
      }),
    );
    mark();
    [...list.children].find((button) => button.dataset.key === held)?.focus();
  };

  const heard = (message, buffers) => {
    if (message.kind === "items") show(message.items, buffers ?? []);
  };
  const key = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = [...list.children];
    const here = all.indexOf(document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    all[Math.min(Math.max(here + step, 0), all.length - 1)].focus();
  };
  model.on("change:chosen", mark);
  list.addEventListener("keydown", key);
  const close = hearPython(model, heard);
  return () => {
    close();
    model.off("change:chosen", mark);
    for (const url of urls) URL.revokeObjectURL(url);
  };
}

export default { render };
