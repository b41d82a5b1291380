// The session as the browser keeps it, for the next load of the same address.

const STORE = `hrtem-workbench:${location.pathname}`;

export function storedSession() {
  try {
    return localStorage.getItem(STORE);
  } catch {
    return null; // private windows may forbid it; the page works without
  }
}

/** Keep a session; false where that is full or forbidden: it can still be saved as a file. */
export function storeSession(text) {
  try {
    localStorage.setItem(STORE, text);
    return true;
  } catch {
    return false;
  }
}

/** Change one value of the stored session, at a place such as ["view", "gamma"]. */
export function storeValue(place, value) {
  try {
    const session = JSON.parse(storedSession());
    let at = session;
    for (const name of place.slice(0, -1)) {
      at[name] ??= {};
      at = at[name];
    }
    at[place.at(-1)] = value;
    storeSession(JSON.stringify(session));
  } catch {
    /* nothing is stored yet, or it may not be */
  }
}
