// A table of which only the rows in sight are drawn. A click or the arrow keys choose a row, Enter
// or a click opens it, x takes it out or in, a click on a head sorts. Python's half is table.py.

import { hearPython, tell } from "./link.js";
import { TableRows } from "./table_rows.js";

const ROW_PX = 24;
const SPARE = 6; // rows drawn beyond both edges
const DOES = { x: "strike", Enter: "open" }; // what a key does to the row that is chosen

class TableView {
  elsewhere = false; // whether the hand went into a pane since a row was chosen

  constructor(model, el) {
    this.model = model;
    model.hrtemRows ??= new TableRows(); // order and choice stay when another tab is looked at
    this.rows = model.hrtemRows;
    this.box = el.appendChild(document.createElement("div"));
    this.box.className = "hw-table";
    this.filters = this.#makeFilters();
    this.grid = this.box.appendChild(document.createElement("div"));
    this.grid.className = "hw-table-grid";
    this.grid.tabIndex = 0;
    this.grid.setAttribute("role", "grid");
    this.grid.setAttribute("aria-label", model.get("label"));
    this.head = this.grid.appendChild(document.createElement("div"));
    this.head.className = "hw-table-head";
    this.head.setAttribute("role", "row");
    this.head.style.display = "none"; // until it has cells
    this.body = this.grid.appendChild(document.createElement("div"));
    this.body.className = "hw-table-body";
    this.body.setAttribute("role", "rowgroup");
    this.grid.addEventListener("scroll", () => this.draw());
    this.grid.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => this.#click(event));
    this.body.addEventListener("pointermove", (event) => this.#point(this.#numberAt(event)));
    this.body.addEventListener("pointerleave", () => this.#point(0));
    this.seen = new ResizeObserver(() => this.draw());
    this.seen.observe(this.grid);
    this.moved = ({ target }) => {
      this.elsewhere ||= Boolean(target.closest?.(".hwv"));
    };
    window.addEventListener("pointermove", this.moved);
  }

  #makeFilters() {
    const bar = this.box.appendChild(document.createElement("div"));
    bar.className = "hw-table-filters";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Which rows are shown");
    for (const [filter, name] of Object.entries(this.model.get("filters"))) {
      const button = bar.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = name;
      button.dataset.filter = filter;
      button.addEventListener("click", () => {
        this.rows.filter = filter;
        this.rows.arrange();
        this.draw();
      });
    }
    return bar;
  }

  /** Take rows from Python. */
  receive(message, buffers) {
    if (message.kind !== "rows") return;
    this.rows.take(message, buffers);
    const drawn = JSON.stringify(message.columns);
    const first = this.drawn === undefined;
    if (this.drawn !== drawn) this.#drawHead();
    this.drawn = drawn;
    if (first) this.follow();
    else this.draw();
  }

  #drawHead() {
    const { columns } = this.rows;
    const widths = columns.map(leastWidth);
    const tracks = widths.map((px, at) => `minmax(${px}px, ${columns[at].digits < 0 ? 2 : 1}fr)`);
    const style = { "--hw-columns": tracks.join(" "), "--hw-least": `${sum(widths)}px` };
    for (const [name, value] of Object.entries(style)) this.grid.style.setProperty(name, value);
    this.grid.setAttribute("aria-colcount", columns.length);
    this.head.style.display = columns.length ? "" : "none";
    this.head.replaceChildren(
      ...columns.map(({ key, title, about, digits }) => {
        const cell = document.createElement("button");
        cell.type = "button";
        cell.setAttribute("role", "columnheader");
        cell.textContent = title;
        cell.title = `${about || title}. A click sorts.`;
        cell.dataset.key = key;
        cell.classList.toggle("hw-words", digits < 0);
        cell.addEventListener("click", () => {
          this.rows.sortBy(key);
          this.draw();
        });
        return cell;
      }),
    );
  }

  /** Draw the rows in sight. */
  draw() {
    const { rows, grid, body, head } = this;
    const { order, columns } = rows;
    grid.setAttribute("aria-rowcount", order.length + 1);
    body.style.height = `${order.length * ROW_PX}px`;
    body.dataset.empty = order.length ? "" : this.#whyEmpty();
    this.box.classList.toggle("hw-stale", this.model.get("stale"));
    for (const cell of head.children) {
      const sorted = rows.sort?.key === cell.dataset.key && rows.sort;
      cell.setAttribute("aria-sort", sorted ? (sorted.down ? "descending" : "ascending") : "none");
    }
    for (const button of this.filters.children)
      button.setAttribute("aria-pressed", button.dataset.filter === rows.filter);
    const first = Math.max(Math.floor(grid.scrollTop / ROW_PX) - SPARE, 0);
    const last = Math.min(
      Math.ceil((grid.scrollTop + grid.clientHeight) / ROW_PX) + SPARE,
      order.length,
    );
    const made = [];
    for (let place = first; place < last; place++) made.push(this.#row(place, columns));
    body.replaceChildren(...made);
    const active = body.querySelector('[aria-selected="true"]');
    grid.setAttribute("aria-activedescendant", active?.id ?? "");
  }

  #whyEmpty() {
    return this.rows.numbers.length ? "None of them." : this.model.get("empty");
  }

  #row(place, columns) {
    const { rows, model } = this;
    const index = rows.order[place];
    const number = rows.numbers[index];
    const row = document.createElement("div");
    row.setAttribute("role", "row");
    row.id = `hw-row-${model.model_id ?? "table"}-${number}`;
    row.dataset.number = number;
    row.style.top = `${place * ROW_PX}px`;
    row.setAttribute("aria-rowindex", place + 2);
    row.setAttribute("aria-selected", number === model.get("chosen"));
    row.classList.toggle("hw-pointed", number === model.get("pointed"));
    row.classList.toggle("hw-struck", index in rows.struck);
    for (const column of columns) {
      const cell = row.appendChild(document.createElement("span"));
      cell.setAttribute("role", "gridcell");
      cell.textContent = rows.text(index, column);
      cell.classList.toggle("hw-words", column.digits < 0);
      if (column.digits < 0) cell.title = cell.textContent; // it may be cut
    }
    return row;
  }

  /** The number of the row at a place, whichever element is drawn there by now; 0: none. */
  #numberAt({ clientY }) {
    const { order, numbers } = this.rows;
    const place = Math.floor((clientY - this.body.getBoundingClientRect().top) / ROW_PX);
    return numbers[order[place]] ?? 0;
  }

  #click(event) {
    const number = this.#numberAt(event);
    if (!number) return;
    this.#choose(number);
    tell(this.model, { kind: "open", number });
  }

  #point(number) {
    if (this.model.get("pointed") === number) return;
    this.model.set("pointed", number);
    this.model.save_changes();
  }

  #choose(number) {
    this.elsewhere = false;
    this.model.set("chosen", number);
    this.model.save_changes();
  }

  #key(event) {
    if (event.target !== this.grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const { order, numbers } = this.rows;
    const page = Math.max(Math.floor(this.grid.clientHeight / ROW_PX) - 2, 1);
    const ends = { Home: -Infinity, End: Infinity };
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, ...ends };
    const chosen = this.model.get("chosen");
    if (DOES[event.key] && chosen && !this.elsewhere)
      tell(this.model, { kind: DOES[event.key], number: chosen });
    else if (steps[event.key] && order.length) {
      const here = this.rows.placeOf(chosen);
      const to = Math.min(Math.max(here + steps[event.key], 0), order.length - 1);
      this.#choose(numbers[order[to]]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Bring the row that is chosen into sight. */
  follow() {
    const place = this.rows.placeOf(this.model.get("chosen"));
    if (place >= 0) {
      const { grid, head } = this;
      const room = grid.clientHeight - head.offsetHeight - ROW_PX;
      const top = place * ROW_PX;
      if (top < grid.scrollTop) grid.scrollTop = top;
      else if (top > grid.scrollTop + room) grid.scrollTop = top - room;
    }
    this.draw();
  }

  close() {
    window.removeEventListener("pointermove", this.moved);
    this.seen.disconnect();
    this.#point(0); // the row that the pointer is on goes away from under it
  }
}

/** The fewest px in which a column can be read, with the arrow of one that is sorted. */
function leastWidth({ title, digits }) {
  return Math.ceil(Math.max(title.length * 6.2 + 24, digits < 0 ? 126 : 48));
}

function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

function render({ model, el }) {
  const view = new TableView(model, el);
  const follow = () => view.follow();
  const draw = () => view.draw();
  model.on("change:chosen", follow);
  for (const name of ["pointed", "stale", "empty"]) model.on(`change:${name}`, draw);
  const unheard = hearPython(model, (message, buffers) => view.receive(message, buffers));
  return () => {
    unheard();
    model.off("change:chosen", follow);
    for (const name of ["pointed", "stale", "empty"]) model.off(`change:${name}`, draw);
    view.close();
  };
}

export default { render };
