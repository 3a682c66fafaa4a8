// A batch: the action over a file of rows. A file is sent, its columns are matched, its rows are checked, then run and watched.

import { html, useCallback, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { BatchColumns } from "./batch_columns.js";
import { BatchProgress, stateText } from "./batch_progress.js";
import { confirmRun } from "./confirm.js";
import { agoText, plural, timeText } from "./format.js";
import { Icon } from "./icons.js";
import * as server from "./server.js";

const AGAIN_MILLISECONDS = 1000;

/** `texts` are the inputs that every row gets from the form, as texts in which {column} stands for a cell. */
export function BatchTab({ action, catalogue, where, connection, texts, refresh }) {
  const [batches, setBatches] = useState(null);
  const [opened, setOpened] = useState(() => sessionStorage.getItem(storedAs(action)) ?? "");
  const [problem, setProblem] = useState(null);
  const load = useCallback(() => server.batches().then(setBatches, (error) => setProblem(error.error)), []);
  const busy = (batches ?? []).some((batch) => ["running", "stopping", "checking"].includes(batch.state));
  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(() => document.hidden || (load(), refresh()), AGAIN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [busy, load, refresh]);

  function show(id) {
    sessionStorage.setItem(storedAs(action), id);
    setOpened(id);
    setProblem(null);
  }

  /** Do something, then look again; what goes wrong is shown. */
  async function act(work) {
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error.error ?? { message: error.message });
    }
    await load();
  }

  const own = (batches ?? []).filter((batch) => !batch.settings || batch.settings.action === action.key);
  const batch = own.find((each) => each.id === opened);
  return html`
    <div class="batch">
      ${problem && html`<${Problem} problem=${problem} />`}
      ${batch
        ? html`<${OneBatch} key=${batch.id} ...${{ action, catalogue, where, connection, texts, batch, act, show }} />`
        : html`<${Start} ...${{ action, batches: own, act, show }} />`}
    </div>
  `;
}

const storedAs = (action) => `connector-batch-${action.key}`;

const Problem = ({ problem }) => html`
  <div class="notice bad" role="alert">
    <p><${Icon} name="alert" size="18" /> <strong>${problem.message}</strong></p>
    ${problem.hint && html`<p>${problem.hint}</p>`}
    ${problem.problems?.length > 0 && html`<ul>${problem.problems.map((each) => html`<li>${each.message}</li>`)}</ul>`}
  </div>
`;

/** A place for a file, and the batches that there are. */
function Start({ action, batches, act, show }) {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState("");
  async function send(file) {
    if (!file) return;
    setSending(file.name);
    await act(async () => show((await server.sendBatch(file)).id));
    setSending("");
  }
  const drop = (event) => (event.preventDefault(), setOver(false), send(event.dataTransfer.files[0]));
  return html`
    <h2>Run “${action.summary}” for each row of a file</h2>
    <label class=${`drop${over ? " over" : ""}`} onDragOver=${(event) => (event.preventDefault(), setOver(true))} onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <span><${Icon} name="file" size="18" /> <strong>${sending ? `Sending ${sending}…` : "Choose a file, or drop it here"}</strong></span>
      <span class="muted">CSV or JSON Lines in UTF-8. Columns are inputs, by name or label. Nothing is sent to the service yet.</span>
      <input type="file" accept=".csv,.tsv,.jsonl,.ndjson,text/csv" disabled=${sending !== ""} onChange=${(event) => send(event.target.files[0])} aria-label="File of rows" />
    </label>
    ${batches.length > 0 &&
    html`<div class="history">
      <h3>Batches of this action</h3>
      <ul>
        ${batches.map(
          (batch) => html`
            <li key=${batch.id}>
              <button type="button" class="entry" onClick=${() => show(batch.id)}>
                <span class=${`dot${batch.failed + batch.unknown > 0 || batch.error ? " bad" : batch.done > 0 ? "" : " idle"}`} aria-hidden="true"></span>
                <span class="entry-text"><strong>${batch.file}</strong> <span class="muted">${stateText(batch)}</span></span>
                <span class="entry-facts muted"><time datetime=${timeOf(batch)} title=${timeText(timeOf(batch))}>${agoText(timeOf(batch))}</time><span>${batch.retry_of ? "Failed rows" : batch.connection ?? ""}</span></span>
              </button>
            </li>
          `,
        )}
      </ul>
    </div>`}
  `;
}

const timeOf = (batch) => new Date(batch.created * 1000).toISOString();

function OneBatch({ action, catalogue, where, connection, texts, batch, act, show }) {
  const heading = useRef(null);
  const [settings, setSettings] = useState(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => heading.current?.focus(), []);
  const begun = batch.done + batch.failed + batch.unknown > 0 || ["running", "stopping", "finished"].includes(batch.state) || (batch.state === "stopped" && !batch.error);
  const used = begun ? batch.settings : settings;
  const on = begun && batch.connection ? batch.connection : where;
  const busy = ["running", "stopping", "checking"].includes(batch.state);
  const ready = used !== null && !busy;
  const what = batch.rows === null ? "all rows" : plural(batch.rows - batch.done - batch.failed - batch.unknown, "row");

  const dryRun = () => act(() => server.dryRunBatch(batch.id, settings, on));
  async function run() {
    if (action.effects.destructive && !begun && !(await confirmRun(action, connection, batch.rows))) return;
    await act(() => server.runBatch(batch.id, used, on));
  }
  const retry = () =>
    act(async () => {
      const again = await server.retryBatch(batch.id);
      await server.runBatch(again.id, again.settings, batch.connection || where);
      show(again.id);
    });
  const remove = () => act(async () => (await server.deleteBatch(batch.id), show("")));
  return html`
    <div class="batch-head">
      <h2 tabindex="-1" ref=${heading}>${batch.file}${batch.retry_of && html` <span class="badge">Failed rows</span>`}</h2>
      <button type="button" class="quiet small" onClick=${() => show("")}><${Icon} name="list" size="14" /> All batches</button>
    </div>
    ${!begun && html`<${BatchColumns} ...${{ action, catalogue, batch, where, texts, setSettings }} />`}
    <${BatchProgress} batch=${batch} begun=${begun} />
    <div class="batch-buttons">
      ${busy
        ? html`<button type="button" class="primary stop" disabled=${batch.state !== "running"} onClick=${() => act(() => server.stopBatch(batch.id))}><${Icon} name="stop" /> ${batch.state === "running" ? "Stop" : `${stateText(batch)}`}</button>`
        : batch.state !== "finished" &&
          html`
            ${!begun && html`<button type="button" disabled=${!ready} onClick=${dryRun}><${Icon} name="check" /> Check the rows</button>`}
            <button type="button" class="primary" disabled=${!ready} onClick=${run}><${Icon} name="play" /> ${begun ? "Go on with" : "Run"} ${what}</button>
          `}
      ${!busy && batch.failed > 0 && html`<button type="button" onClick=${retry}><${Icon} name="refresh" /> Run ${plural(batch.failed, "failed row")} again</button>`}
      ${!busy &&
      (asking
        ? html`<span class="asking">Delete the file and its results? <button type="button" class="danger" onClick=${remove}>Delete</button> <button type="button" class="quiet" onClick=${() => setAsking(false)}>Keep</button></span>`
        : html`<button type="button" class="quiet" onClick=${() => setAsking(true)}><${Icon} name="trash" size="14" /> Delete</button>`)}
    </div>
  `;
}
