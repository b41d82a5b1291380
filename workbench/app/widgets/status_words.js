// In the status line: whether Python is there, and when this browser last kept what is open and
// set.

const KEPT = "What is open and set is kept in this browser: the page comes back with it";

export class StatusWords {
  constructor(place, connection) {
    this.connection = connection;
    this.line = place.appendChild(document.createElement("span"));
    this.line.className = "hw-connection";
    this.saved = place.appendChild(document.createElement("span"));
    this.saved.className = "hw-kept-at";
    this.saved.title = KEPT;
  }

  told() {
    const { away } = this.connection.link;
    this.line.textContent = away ? "not connected" : "connected";
    this.line.classList.toggle("hw-lost", Boolean(away));
  }

  /** Say that the session was kept just now. */
  kept() {
    this.saved.textContent = `kept ${new Date().toTimeString().slice(0, 8)}`;
  }

  close() {
    this.line.remove();
    this.saved.remove();
  }
}
