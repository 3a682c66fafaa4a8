// The HTTP server's routes, as functions. Every failure is a ServerError that holds what the server said.

import { readEvents } from "./events.js";

/** What the server said instead of a result: the JSON of an error of the runtime, or as much of it as there is. */
export class ServerError extends Error {
  constructor(error, status = null) {
    super(error.message);
    this.error = { retryable: false, ...error };
    this.status = status;
  }
}

const unreachable = () =>
  new ServerError({ code: "unreachable", message: "The server does not respond.", hint: "Is it still running in the terminal?", retryable: true });

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
  if (!response.ok) throw new ServerError(await errorOf(response), response.status);
  return response;
}

async function errorOf(response) {
  const body = await response.json().catch(() => null);
  const error = body?.error ?? body;
  return error?.message ? error : { code: "http", message: `The server answered with status ${response.status}.` };
}

const posted = (where, body, more = {}) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Connection": where, ...more },
  body: JSON.stringify(body),
});

const json = async (path, options) => (await request(path, options)).json();
const action = (key) => `/actions/${encodeURIComponent(key)}`;

export const catalogue = () => json("/catalogue");
export const definition = (key) => json(action(key));

/** Problems, request, curl and code of a run with these inputs; `pages` says how many rows it reads. */
export const check = (key, inputs, where, pages) => json(`${action(key)}/check?${new URLSearchParams(pages)}`, posted(where, inputs));

export const throttle = async (where) => (await json("/throttle", { headers: { "X-Connection": where } })).limits;
export const sandboxMessages = () => json("/sandbox/messages");
export const sandboxRequests = () => json("/sandbox/requests");
export const resetSandbox = () => request("/sandbox/reset", posted("", {}));

export const batches = async () => (await json("/batches")).batches;
/** Send a file of rows; nothing of it is run. */
export const sendBatch = (file) =>
  json(`/batches?${new URLSearchParams({ name: file.name })}`, {
    method: "POST",
    headers: { "Content-Type": /\.(jsonl|ndjson)$/i.test(file.name) ? "application/x-ndjson" : "text/csv" },
    body: file,
  });
export const batchColumns = (id, settings, where) => json(`/batches/${id}/columns`, posted(where, settings));
export const dryRunBatch = (id, settings, where) => json(`/batches/${id}/dry-run`, posted(where, settings));
export const runBatch = (id, settings, where) => json(`/batches/${id}/run`, posted(where, settings));
export const stopBatch = (id) => json(`/batches/${id}/stop`, posted("", {}));
export const retryBatch = (id) => json(`/batches/${id}/retry`, posted("", {}));
export const deleteBatch = (id) => request(`/batches/${id}`, { method: "DELETE" });
export const batchResults = (id, outcome) => `/batches/${id}/results/${outcome}`;

/** {choices: [{value, label}], complete}: what a drop-down lists. */
export const choices = (key, field, inputs, where, refresh = false) =>
  json(`${action(key)}/choices/${encodeURIComponent(field)}${refresh ? "?refresh=1" : ""}`, posted(where, inputs));

/** What a run says about whether a connection works; throws as `run` does. */
export const testConnection = (name) =>
  ended(`/connections/${encodeURIComponent(name)}/test`, posted(name, {}, { Accept: "text/event-stream" }), () => {});

/**
 * Run an action; `onEvent(name, data)` is called for each wait, attempt and page.
 *
 * @returns {Promise<{fields: object, meta: object}>} The outputs and what happened on the way.
 * @throws {ServerError} With what the runtime said.
 */
export async function run(key, inputs, { where, options = {}, idempotencyKey = null, signal, onEvent = () => {} }) {
  const query = new URLSearchParams(options);
  const more = { Accept: "text/event-stream", ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}) };
  return ended(`${action(key)}/run?${query}`, { ...posted(where, inputs, more), signal }, onEvent);
}

async function ended(path, options, onEvent) {
  const response = await request(path, options);
  let end = null;
  await readEvents(response.body, (name, data) => {
    if (name === "result" || name === "error") end = { name, data };
    else onEvent(name, data);
  });
  if (end === null) throw unreachable();
  if (end.name === "error") throw new ServerError(end.data.error ?? end.data, end.data.error?.status ?? null);
  return end.data;
}
