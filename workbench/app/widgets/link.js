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

/**
 * Hear what Python sends to a widget, and ask for it until it answers: the first message of a page
 * that joins a running kernel can get lost. Returned is what ends both.
 */
export function hearPython(model, receive) {
  let asking;
  const heard = (message, buffers) => {
    clearTimeout(asking);
    receive(message, buffers);
  };
  const ask = (again = 1500) => {
    model.send({ kind: "ready" });
    asking = setTimeout(() => ask(2 * again), again);
  };
  model.on("msg:custom", heard);
  ask();
  return () => {
    clearTimeout(asking);
    model.off("msg:custom", heard);
  };
}

/** The bytes of the first buffer of a message; null where there is none. */
export function bytesOf(buffers) {
  if (!buffers?.length) return null;
  const { buffer, byteOffset, byteLength } = buffers[0];
  return new Uint8Array(buffer ?? buffers[0], byteOffset ?? 0, byteLength);
}
