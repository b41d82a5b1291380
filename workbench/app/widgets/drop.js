// A file that is dropped onto the page is uploaded as by the button: a session where it is one,
// else a micrograph.

const SESSION = ".workbench.json";

/** The input of the button that takes a file of this name. */
function inputFor(page, name) {
  const panel = name.endsWith(SESSION) ? "export" : "micrograph";
  return page.querySelector(`.hw-section-${panel} .hw-upload ~ input[type=file]`);
}

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Take files that are dropped onto a page; what is returned ends that. */
export function takeDrops(page) {
  const over = (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    page.classList.add("hw-dropping");
  };
  const leave = (event) => {
    if (!page.contains(event.relatedTarget)) page.classList.remove("hw-dropping");
  };
  const drop = (event) => {
    page.classList.remove("hw-dropping");
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const [file] = event.dataTransfer.files;
    const input = file && inputFor(page, file.name);
    if (!input) return;
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    input.dispatchEvent(new Event("change"));
  };
  const events = { dragenter: over, dragover: over, dragleave: leave, drop };
  for (const [name, act] of Object.entries(events)) page.addEventListener(name, act);
  return () => {
    for (const [name, act] of Object.entries(events)) page.removeEventListener(name, act);
  };
}
