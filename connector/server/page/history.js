// The runs of this browser, newest first, in its local storage. Callers pass inputs from which secrets were removed.

const MOST = 50;
const LARGEST = 200_000;

const keyOf = (connector) => `connector-history:${connector}`;

export function readHistory(connector, storage = localStorage) {
  try {
    const found = JSON.parse(storage.getItem(keyOf(connector)) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

/**
 * Remember a run: {id, at, action, summary, inputs, where, ok, status, seconds, requestId, message}.
 *
 * @returns The new history; the oldest runs are dropped.
 */
export function remember(connector, entry, storage = localStorage) {
  let entries = [entry, ...readHistory(connector, storage)].slice(0, MOST);
  while (entries.length > 1 && JSON.stringify(entries).length > LARGEST) entries = entries.slice(0, -1);
  try {
    storage.setItem(keyOf(connector), JSON.stringify(entries));
  } catch {
    // A browser without storage keeps the history until the page is closed.
  }
  return entries;
}

export function forget(connector, storage = localStorage) {
  storage.removeItem(keyOf(connector));
  return [];
}
