// A number that is typed beside a slider and lies beyond its ends becomes the end: that is said in
// words below it, as ipywidgets does not.

const READOUT = ".hw-row .widget-readout[contenteditable=true]";
const SEPARATORS = /\s*[–—]\s*|\s+-\s+/; // of the two ends of a range

const numbersIn = (text) =>
  text.split(SEPARATORS).map((part) => Number(part.trim().replace(",", ".")));

/** How far a number may be from how it is shown: half of the last digit. */
function rounding(shown) {
  const digits = shown.trim().split(".")[1]?.length ?? 0;
  return 0.5 * 10 ** -digits + 1e-9;
}

/** What is said of a text that was typed and of what stands there now; empty: it was taken. */
export function sayTaken(typed, shown) {
  const wanted = numbersIn(typed);
  const taken = numbersIn(shown);
  if (!typed.trim() || wanted.some(Number.isNaN) || wanted.length !== taken.length) {
    return `“${typed.trim()}” cannot be taken: ${shown.trim()} stays.`;
  }
  const parts = shown.split(SEPARATORS);
  const said = wanted.map((number, place) => {
    if (Math.abs(number - taken[place]) <= rounding(parts[place])) return "";
    const [side, end] = number > taken[place] ? ["above", "largest"] : ["below", "smallest"];
    const value = parts[place].trim();
    return `${number} is ${side} the ${end} value here, ${value}, which is set.`;
  });
  return said.filter(Boolean).join(" ");
}

/** Say on a page what became of numbers beyond the ends of sliders; what is returned ends that. */
export function sayTypedValues(page) {
  const put = (readout, said) => {
    const row = readout.closest(".hw-row");
    row.querySelector(".hw-typed-note")?.remove();
    if (!said) return;
    const note = row.appendChild(document.createElement("div"));
    note.className = "hw-typed-note";
    note.setAttribute("role", "status");
    note.textContent = said;
  };
  const typed = (event) => {
    const readout = event.target;
    if (!readout.matches?.(READOUT) || (event.type === "keydown" && event.key !== "Enter")) return;
    const text = readout.textContent;
    // ipywidgets takes it, or the end in its place, before the next task
    setTimeout(() => {
      if (readout.isConnected && text !== readout.textContent)
        put(readout, sayTaken(text, readout.textContent));
    });
  };
  const moved = (event) => {
    const readout = event.target.closest?.(".hw-row")?.querySelector(".widget-readout");
    if (readout) put(readout, "");
  };
  const heard = { keydown: typed, focusout: typed, focusin: moved, pointerdown: moved };
  for (const [name, act] of Object.entries(heard)) page.addEventListener(name, act, true);
  return () => {
    for (const [name, act] of Object.entries(heard)) page.removeEventListener(name, act, true);
  };
}
