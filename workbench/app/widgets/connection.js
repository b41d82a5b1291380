// Whether Python is still there. Python sends a beat every two seconds from a thread of its own, at
// work or not; where beats fail to come, the server is asked what became of the kernel. Python's
// half is presence.py.
//
// What the page's other widgets need to know of it lies on their common manager, see link.js.

import { linkOf, tell } from "./link.js";

const PING_S = 4; // how often Python is told that somebody looks at the page
const SILENT_S = 5; // without a beat for so long, the server is asked
const DEAF_S = 15; // a kernel that the server knows, over a line that is open, may take so long
const ASK_S = 3;

/**
 * Call `act` every few seconds, in a page that is hidden too, where a browser slows all other
 * clocks down.
 */
function every(seconds, act) {
  try {
    const source = URL.createObjectURL(
      new Blob([`setInterval(() => postMessage(0), ${1000 * seconds})`]),
    );
    const worker = new Worker(source);
    worker.onmessage = act;
    return () => {
      worker.terminate();
      URL.revokeObjectURL(source);
    };
  } catch {
    const timer = setInterval(act, 1000 * seconds); // workers may be forbidden
    return () => clearInterval(timer);
  }
}

export class Connection {
  /** One for all views of a page. */
  static of(model) {
    Connection.known ??= new WeakMap();
    if (!Connection.known.has(model)) Connection.known.set(model, new Connection(model));
    return Connection.known.get(model);
  }

  constructor(model) {
    this.model = model;
    this.link = linkOf(model.widget_manager);
    this.views = new Set();
    this.heard = this.ticked = this.pinged = performance.now();
    this.heardAt = new Date();
    this.ended = false; // whether the kernel that made this page is known to be no more
    this.kernel = null;
    this.onStatus = (_, status) => this.status(status);
    this.onLine = () => this.look();
  }

  /** Watch while a view is shown; what is returned ends that. */
  show(view) {
    this.views.add(view);
    if (this.views.size === 1) this.begin();
    view.told();
    return () => {
      this.views.delete(view);
      if (!this.views.size) this.end();
    };
  }

  begin() {
    this.onMessage = (message) => message.kind === "beat" && this.beat();
    this.model.on("msg:custom", this.onMessage);
    this.heard = this.ticked = performance.now();
    const stop = every(1, () => this.tick());
    const now = () => this.look();
    for (const name of ["online", "offline"]) window.addEventListener(name, now);
    this.stop = () => {
      stop();
      for (const name of ["online", "offline"]) window.removeEventListener(name, now);
    };
  }

  end() {
    this.stop();
    this.model.off("msg:custom", this.onMessage);
    this.follow(null);
  }

  /** Listen to the kernel's connection, where the page's manager has one. */
  follow(kernel) {
    if (kernel === this.kernel) return;
    for (const [signal, slot] of [
      ["statusChanged", this.onStatus],
      ["connectionStatusChanged", this.onLine],
    ]) {
      if (this.kernel && !this.kernel.isDisposed) this.kernel[signal]?.disconnect(slot);
      kernel?.[signal]?.connect(slot);
    }
    this.kernel = kernel;
  }

  tick() {
    const now = performance.now();
    const slept = now - this.ticked > 5000;
    this.ticked = now;
    // the lid was shut: first wait for what comes
    if (slept) this.heard = Math.max(this.heard, now - 1000);
    const kernel = this.model.widget_manager.kernel ?? null;
    if (kernel) this.follow(kernel); // one that is gone for good may be taken from the manager
    if (now - this.pinged >= 1000 * PING_S && !this.ended) {
      this.pinged = now;
      if (!this.kernel || this.kernel.connectionStatus === "connected")
        tell(this.model, { kind: "ping" });
    }
    if (this.link.away || now - this.heard > 1000 * SILENT_S) this.look();
  }

  beat() {
    this.heard = performance.now();
    this.heardAt = new Date();
    if (this.link.away && !this.ended) this.back();
  }

  status(status) {
    if (!["restarting", "autorestarting", "dead", "terminating"].includes(status)) return;
    this.ended = true;
    this.look();
  }

  /** Find out what is so, one look at a time. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    try {
      const server = await this.ask();
      const silent = performance.now() - this.heard;
      const line = this.kernel?.connectionStatus ?? "connected";
      const { kernel } = this;
      if (server === "no kernel" || kernel?.isDisposed || kernel?.status === "dead")
        this.ended = true;
      if (this.ended) this.away(server === "none" ? "server" : "kernel");
      else if (silent < 1000 * SILENT_S && line === "connected") return;
      else if (server === "none") this.away("server");
      else if (line !== "connected") {
        if (silent > 2000 || line === "disconnected") this.away("line");
        if (silent > 2000) this.reconnect();
      } else if (silent > 1000 * DEAF_S) this.away("python");
    } finally {
      this.looking = false;
    }
  }

  /** Ask the server for the kernel: "there", "no kernel", or "none" where no server answers. */
  async ask() {
    const { kernel } = this;
    const settings = kernel?.serverSettings;
    // a home without a server that can be asked: beats alone tell
    if (!settings || !kernel.id) return "there";
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), 1000 * ASK_S);
    try {
      const headers = settings.token ? { Authorization: `token ${settings.token}` } : {};
      const answer = await fetch(`${settings.baseUrl}api/kernels/${kernel.id}`, {
        headers,
        cache: "no-store",
        signal: over.signal,
      });
      return answer.status === 404 ? "no kernel" : answer.status >= 500 ? "none" : "there";
    } catch {
      return "none";
    } finally {
      clearTimeout(timer);
    }
  }

  /** Open the line anew, where Jupyter has given that up or would wait for minutes. */
  reconnect() {
    const now = performance.now();
    if (!this.kernel?.reconnect || now - (this.tried ?? -1e6) < 8000) return;
    this.tried = now;
    this.kernel.reconnect().catch(() => {}); // the next look tries again
  }

  away(why) {
    const before = this.link.away;
    if (before?.why === why) return;
    this.link.away = { why, since: before?.since ?? this.heardAt, ended: this.ended };
    this.say("away");
  }

  back() {
    this.link.away = null;
    this.say("back"); // what the browser holds is sent first
    // then Python says everything again: some of it may have been lost
    tell(this.model, { kind: "back" });
  }

  say(what) {
    this.link.dispatchEvent(new Event(what));
    for (const view of this.views) view.told();
  }
}
