// The figure as it will be written, as a picture that fits its room. Python's half is
// preview_view.py, which sends it when a page is ready and whenever it has changed.

import { hearPython } from "../widgets/link.js";

function render({ model, el }) {
  el.classList.add("hw-preview");
  const picture = el.appendChild(new Image());
  let url = "";

  const put = (bytes) => {
    if (url) URL.revokeObjectURL(url);
    url = bytes ? URL.createObjectURL(new Blob([bytes], { type: "image/png" })) : "";
    picture.hidden = !url;
    if (url) picture.src = url;
    else picture.removeAttribute("src");
  };
  const show = () => {
    picture.alt = model.get("alt");
    el.classList.toggle("hw-stale-preview", model.get("stale"));
  };
  model.on("change:alt change:stale", show);
  put(null);
  show();
  const close = hearPython(model, (message, buffers) => {
    if (message.kind === "picture") put(buffers?.[0]);
  });
  return () => {
    close();
    model.off("change:alt change:stale", show);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
