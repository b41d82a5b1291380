// What the scripts of the page share about the way to Python.

/**
 * What all widgets of a kernel share: whether Python is away (null, or what is known of it), and
 * what waits for it.
 */
export function linkOf(manager) {
  manager.hrtemLink ??= Object.assign(new EventTarget(), { away: null, held: 0 });
  return manager.hrtemLink;
}

/**
 * Send a message to Python; nothing happens where its kernel is dead, and what stands on the page
 * says so.
 */
export function tell(model, message) {
  try {
    model.send(message);
  } catch (error) {
    console.warn("not sent", error);
  }
}

/** A name that nobody else has: of a view, a tab, a stroke. */
export function newName() {
  return Math.random().toString(36).slice(2);
}
