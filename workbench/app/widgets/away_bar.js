// The bar that says since when there is no connection, what becomes of what is drawn now, and how
// to come back.

const time = (date) => date.toTimeString().slice(0, 8);
const strokes = (count) => (count === 1 ? "1 stroke" : `${count} strokes`);

export class AwayBar {
  /**
   * `alone`: a page of its own, where coming back is one press; in JupyterLab a cell is run again.
   */
  constructor(page, connection, alone) {
    this.page = page;
    this.connection = connection;
    this.alone = alone;
    this.bar = page.appendChild(document.createElement("div"));
    this.bar.className = "hw-away-bar";
    this.bar.setAttribute("role", "status");
    this.text = this.bar.appendChild(document.createElement("span"));
    this.button = this.bar.appendChild(document.createElement("button"));
    this.button.className = "jupyter-button";
    this.button.textContent = "Come back to where it was";
    this.button.addEventListener("click", () => location.reload());
    const { link } = connection;
    const held = () => this.told();
    link.addEventListener("held", held);
    const only = (event) => this.refuse(event);
    const names = ["pointerdown", "mousedown", "click", "keydown", "input", "change", "wheel"];
    for (const name of names) page.addEventListener(name, only, true);
    this.close = () => {
      link.removeEventListener("held", held);
      for (const name of names) page.removeEventListener(name, only, true);
      this.bar.remove();
      page.classList.remove("hw-away");
    };
  }

  told() {
    const { away, held } = this.connection.link;
    this.page.classList.toggle("hw-away", Boolean(away));
    if (!away) return;
    const { why, since, ended } = away;
    const cause = ended ? " (its kernel ended)" : why === "python" ? " (it does not answer)" : "";
    const kept = held ? `; this browser holds ${strokes(held)}` : "";
    const sends = held ? `, and sends ${held === 1 ? "it" : "them"} once Python answers` : "";
    const then = !ended ? sends : this.alone ? "" : "; run the cell again to come back";
    const waits =
      ended && why === "server" && this.alone ? ". The server does not answer; start it again" : "";
    this.text.textContent =
      `No connection to Python since ${time(since)}${cause}: ` +
      `nothing drawn now is kept by Python yet${kept}${then}${waits}.`;
    this.text.title = this.text.textContent;
    // where the server answers, a new kernel takes over; a line that may come back by itself is
    // waited for
    this.button.style.display = this.alone && why !== "server" && why !== "line" ? "" : "none";
  }

  /** What only Python can do takes no hand while it is away; what the browser keeps does. */
  refuse(event) {
    if (!this.connection.link.away) return;
    const here = event.target;
    if (this.bar.contains(here) || here.closest?.(".hwv, .hw-kept")) return;
    // to read on
    if (event.type === "wheel" || (event.type === "keydown" && event.key === "Tab")) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
