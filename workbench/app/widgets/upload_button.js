// The button that uploads a file: its size is looked at before anything is sent, and it travels in
// pieces that Python acknowledges one by one, so that no message is too large for the server and
// one that is lost is sent again.

import { linkOf, newName, tell } from "./link.js";

const PIECE = 1 << 20;
const PATIENCE_S = 20; // without an answer for so long, a piece is sent again

const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;
const percent = ({ at, file }) => `${Math.floor((100 * at) / (file.size || 1))} %`;

function tooLargeText({ name, size }, largest, instead) {
  return `${name} has ${megabytes(size)}; uploads end at ${megabytes(largest)}: ${instead}.`;
}

function render({ model, el }) {
  const link = linkOf(model.widget_manager);
  const button = el.appendChild(document.createElement("button"));
  button.className = "jupyter-button hw-button hw-upload";
  const input = el.appendChild(document.createElement("input"));
  Object.assign(input, { type: "file", hidden: true, accept: model.get("accept") });
  let now = null; // { file, id, at, timer } while something is on its way
  let lost = ""; // what became of the last one, where Python can not say it

  const show = () => {
    button.textContent = now ? `Uploading ${percent(now)}, stop` : lost || model.get("label");
    button.title = now
      ? now.file.name
      : `A file of this computer, up to ${megabytes(model.get("largest"))}`;
  };
  const end = () => {
    clearTimeout(now?.timer);
    now = null;
    input.value = ""; // the same file can be chosen again
    show();
  };
  const fail = (why) => {
    if (now?.id) tell(model, { kind: "stop", id: now.id });
    end();
    tell(model, { kind: "failed", why });
  };

  const piece = async () => {
    const mine = now;
    if (!mine) return;
    show();
    clearTimeout(mine.timer);
    // lost, or Python is at work or away
    mine.timer = setTimeout(() => now === mine && piece(), 1000 * PATIENCE_S);
    if (link.away) return;
    try {
      const content = await mine.file.slice(mine.at, mine.at + PIECE).arrayBuffer();
      if (now !== mine) return;
      model.send(
        { kind: "piece", id: mine.id, name: mine.file.name, size: mine.file.size, at: mine.at },
        undefined,
        [content],
      );
    } catch (error) {
      if (now !== mine || error.name === "TypeError") return; // no way to Python: tried again
      fail(
        `${mine.file.name} could not be read to its end (${error.message}); ` +
          "nothing was uploaded. Choose it again.",
      );
    }
  };
  const heard = (message) => {
    if (message.id !== now?.id) return;
    if (message.kind === "next") {
      now.at = message.at;
      if (now.at >= now.file.size) end();
      else piece();
    } else if (message.kind === "stopped") end();
  };
  const back = () => piece();
  const away = () => {
    if (!link.away?.ended || !now) return;
    lost = `${now.file.name} was lost at ${percent(now)}; choose it again`;
    end();
  };

  button.addEventListener("click", () => {
    lost = "";
    if (!now) return input.click();
    fail(`The upload of ${now.file.name} was stopped; nothing of it was kept.`);
  });
  input.addEventListener("change", () => {
    const [file] = input.files;
    const largest = model.get("largest");
    if (!file) return;
    if (file.size > largest) {
      input.value = "";
      tell(model, { kind: "failed", why: tooLargeText(file, largest, model.get("instead")) });
      return;
    }
    now = { file, id: newName(), at: 0 };
    piece();
  });
  model.on("msg:custom", heard);
  link.addEventListener("back", back);
  link.addEventListener("away", away);
  show();
  return () => {
    model.off("msg:custom", heard);
    link.removeEventListener("back", back);
    link.removeEventListener("away", away);
    clearTimeout(now?.timer);
  };
}

export default { render };
