// The head of the dock: its upper edge, which is dragged, its tabs, and what folds it. Python's
// half is dock_bar.py.

const LOWEST_PX = 96;
const LEFT_TO_PANES_PX = 160;
const STEP_PX = 24;
const FOLD = {
  true: ["▴", "Show what is below the panes"],
  false: ["▾", "Fold it to its tabs"],
};

function add(parent, tag, attributes) {
  const made = parent.appendChild(document.createElement(tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Scroll a list sideways until all of an entry is seen. */
function keepInSight(entry, list) {
  const [inner, outer] = [entry, list].map((part) => part.getBoundingClientRect());
  if (inner.right > outer.right) list.scrollLeft += inner.right - outer.right;
  if (inner.left < outer.left) list.scrollLeft -= outer.left - inner.left;
}

/** The edge between panes and dock, as a window splitter: dragged, or moved by the arrow keys. */
class Edge {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.line = add(el, "div", {
      class: "hw-dock-edge",
      role: "separator",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "aria-label": "Height of the part below the panes",
      title: "Drag for another height; a double click for the usual one",
    });
    this.line.addEventListener("pointerdown", (event) => this.#press(event));
    this.line.addEventListener("dblclick", () => this.#set(0));
    this.line.addEventListener("keydown", (event) => this.#key(event));
    this.show = () => this.#show(model.get("height"));
    model.on("change:height", this.show);
    this.drawn = requestAnimationFrame(this.show); // the dock is put together around it first
  }

  get dock() {
    return this.el.closest(".hw-dock");
  }

  #clamped(height) {
    const room = this.dock.parentElement.clientHeight - LEFT_TO_PANES_PX;
    return Math.round(Math.max(Math.min(height, room), LOWEST_PX));
  }

  #show(height) {
    if (!this.dock) return;
    const { style } = this.dock;
    if (height) style.setProperty("--hw-dock-height", `${height}px`);
    else style.removeProperty("--hw-dock-height");
    this.line.setAttribute("aria-valuenow", height || this.dock.offsetHeight);
  }

  #set(height) {
    this.model.set({ height, folded: false });
    this.model.save_changes();
    this.#show(height);
  }

  #press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.line.focus({ preventScroll: true });
    this.line.setPointerCapture(event.pointerId);
    const from = event.clientY;
    const before = this.dock.offsetHeight;
    let height = null;
    const move = (next) => {
      height = this.#clamped(before + from - next.clientY);
      this.#show(height);
    };
    const up = () => {
      this.line.removeEventListener("pointermove", move);
      this.line.removeEventListener("lostpointercapture", up);
      if (height !== null) this.#set(height);
    };
    this.line.addEventListener("pointermove", move);
    this.line.addEventListener("lostpointercapture", up);
  }

  #key(event) {
    const step = { ArrowUp: STEP_PX, ArrowDown: -STEP_PX }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#set(this.#clamped(this.dock.offsetHeight + step));
  }

  close() {
    cancelAnimationFrame(this.drawn);
    this.model.off("change:height", this.show);
  }
}

function render({ model, el }) {
  el.classList.add("hw-dock-bar");
  const edge = new Edge(model, el);
  const row = add(el, "div", { class: "hw-dock-row" });
  const list = add(row, "div", {
    class: "hw-tabs",
    role: "tablist",
    "aria-label": "Below the panes",
  });
  const fold = add(row, "button", { class: "hw-fold", type: "button" });

  const raise = (key) => {
    model.set({ tab: key, folded: false });
    model.save_changes();
    show();
  };
  const show = () => {
    const folded = model.get("folded");
    for (const tab of list.children) {
      const raised = tab.dataset.key === model.get("tab");
      tab.setAttribute("aria-selected", raised);
      tab.tabIndex = raised ? 0 : -1;
      if (raised && list.offsetWidth) keepInSight(tab, list);
    }
    [fold.textContent, fold.title] = FOLD[folded];
    fold.setAttribute("aria-label", fold.title);
    fold.setAttribute("aria-expanded", !folded);
    el.closest(".hw-dock")?.classList.toggle("hw-folded", folded);
  };
  const build = () => {
    list.replaceChildren();
    for (const { key, title } of model.get("tabs")) {
      const tab = add(list, "button", { class: "hw-tab", type: "button", role: "tab" });
      tab.dataset.key = key;
      tab.textContent = title;
      tab.addEventListener("click", () => raise(key));
    }
    show();
  };
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tabs = [...list.children];
    const here = tabs.indexOf(document.activeElement);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = tabs.at((here + step) % tabs.length);
    raise(next.dataset.key);
    next.focus();
  });
  fold.addEventListener("click", () => {
    model.set("folded", !model.get("folded"));
    model.save_changes();
    show();
  });
  model.on("change:tabs", build);
  model.on("change:tab change:folded", show);
  build();
  const placed = requestAnimationFrame(show);
  return () => {
    cancelAnimationFrame(placed);
    model.off("change:tabs", build);
    model.off("change:tab change:folded", show);
    edge.close();
  };
}

export default { render };
