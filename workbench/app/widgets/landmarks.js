// What a screen reader needs of a page that is made of boxes: landmarks by name, a way past the
// controls, a status that is read out, and names for handles whose label stands beside them.

/** Roles and names by class; those of a document's own parts only where the page is all of it. */
const LANDMARKS = {
  "hw-head": ["banner", "Open micrograph"],
  "hw-drawer": ["complementary", "Controls"],
  "hw-main": ["main", "Micrograph and masks"],
  "hw-foot": ["contentinfo", "Status"],
  "hw-note-bar": ["alert", "Message"],
  "hw-question-bar": ["alert", "Question"],
};
const LIVE = { "hw-status": "polite", "hw-place": "polite" };
const NAMELESS = ".noUi-handle:not([aria-label])";
const NAMELESS_LISTS = "select[size]:not([aria-label]), select[multiple]:not([aria-label])";
const SIGNS = ".hw-mark[title]";
const NUMBERS = ".hw-number-field input";
const ENDS = { 0: "from", 1: "to" };

function nameHandle(handle) {
  const row = handle.closest(".hw-row");
  const label = row?.querySelector(".widget-label");
  const name = label?.title || label?.textContent.trim();
  if (!name) return;
  const several = row.querySelectorAll(".noUi-handle").length > 1;
  handle.setAttribute("aria-label", several ? `${name}, ${ENDS[handle.dataset.handle]}` : name);
}

/** A number beside a slider is called as the slider. */
function nameNumber(input) {
  const name = input.closest(".hw-beside")?.querySelector(".widget-label")?.textContent.trim();
  if (name) input.setAttribute("aria-label", `${name}, typed`);
}

/** A list without a label is called what is said of it when a pointer rests on it. */
function nameList(list) {
  const { title } = list.closest("[title]") ?? {};
  if (title) list.setAttribute("aria-label", title);
}

/** A button that bears a sign alone is called what is said of it, and is pressed or not. */
function nameSign(button) {
  button.setAttribute("aria-label", button.title);
  button.setAttribute("aria-pressed", button.classList.contains("hw-on"));
}

/** Let a person with a keyboard go past all controls, to the panes. */
function skipLink(page) {
  const link = document.createElement("a");
  link.className = "hw-skip";
  link.href = "#";
  link.textContent = "To the micrographs";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    page.querySelector(".hwv")?.focus();
  });
  return link;
}

/** Name the parts of a page; `alone`: it is the whole document. What is returned ends that. */
export function nameParts(page, alone) {
  for (const [name, [role, label]] of Object.entries(LANDMARKS)) {
    const part = page.querySelector(`:scope > .${name}`);
    part?.setAttribute("role", alone || role === "alert" ? role : "region");
    part?.setAttribute("aria-label", label);
  }
  for (const [name, how] of Object.entries(LIVE)) {
    page.querySelector(`.${name}`)?.setAttribute("aria-live", how);
  }
  const skip = skipLink(page);
  page.prepend(skip);
  const look = () => {
    page.querySelectorAll(NAMELESS_LISTS).forEach(nameList);
    page.querySelectorAll(NUMBERS).forEach(nameNumber);
    // ipywidgets says so of a control about which nothing is said
    for (const one of page.querySelectorAll("[title=null]")) one.removeAttribute("title");
    page.querySelectorAll(NAMELESS).forEach(nameHandle);
    page.querySelectorAll(SIGNS).forEach(nameSign);
  };
  const observer = new MutationObserver(look); // controls come and go
  observer.observe(page, { childList: true, subtree: true, attributeFilter: ["title"] });
  look();
  return () => {
    observer.disconnect();
    skip.remove();
  };
}
