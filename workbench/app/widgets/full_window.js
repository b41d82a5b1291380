// Lets a page that lies in a notebook take the whole window, and gives the window back. It is shown
// as a popover: that lies above everything, whatever clips the cell that it stays in.

export class FullWindow {
  on = false;

  /** `place`: where the button goes, inside the page. */
  constructor(place, button) {
    this.place = place;
    this.button = place.appendChild(button);
    // it works without Python, too: JupyterLab may have something to ask
    button.classList.add("hw-full-window-button", "hw-kept");
    button.addEventListener("click", () => this.set(!this.on));
    this.#say();
  }

  set(on) {
    const page = this.place.closest(".hw-page");
    if (!page?.showPopover || on === this.on) return;
    this.on = on;
    page.classList.toggle("hw-full-window", on);
    if (on) {
      page.popover = "manual";
      page.showPopover();
    } else {
      page.hidePopover();
      page.popover = null;
    }
    this.#say();
  }

  #say() {
    this.button.setAttribute("aria-pressed", this.on);
    this.button.title = this.on ? "Back into the notebook" : "Take the whole window";
    this.button.querySelector("span").textContent = this.on ? "Notebook" : "Full window";
  }

  close() {
    if (this.on) this.set(false);
  }
}
