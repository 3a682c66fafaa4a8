// How a batch goes: what its rows are like, how many are done, when it ends, and its results to download.

import { html } from "./vendor/preact-htm.js";
import { plural, spanText } from "./format.js";
import { Icon } from "./icons.js";
import * as server from "./server.js";

const count = (number) => number.toLocaleString("en");

/** “463 of 1,000 rows finished”, or what it waits for. */
export function stateText(batch) {
  const finished = batch.done + batch.failed + batch.unknown;
  if (batch.state === "ready") return "Not run yet";
  if (batch.state === "checking") return "Checking the rows…";
  if (batch.state === "stopping") return "Stopping…";
  const rows = batch.rows === null ? `${plural(finished, "row")} finished` : `${count(finished)} of ${plural(batch.rows, "row")} finished`;
  return batch.state === "stopped" ? `Stopped: ${rows}` : rows;
}

export function BatchProgress({ batch, begun }) {
  if (batch.state === "checking") return html`<div class="notice" role="status"><p><span class="spinner" aria-hidden="true"></span> <strong>Checking the rows…</strong> ${batch.checked > 0 && `${plural(batch.checked, "row")} so far`}</p></div>`;
  return html`
    ${!begun && batch.dry_run && html`<${DryRun} found=${batch.dry_run} />`}
    ${begun && html`<${Run} batch=${batch} />`}
    ${batch.error &&
    html`<div class="notice bad" role="alert">
      <p><${Icon} name="alert" size="18" /> <strong>${batch.error.message}</strong></p>
      ${batch.error.hint && html`<p>${batch.error.hint}</p>`}
      ${batch.error.problems?.length > 0 && html`<ul>${batch.error.problems.map((each) => html`<li>${each.message}</li>`)}</ul>`}
    </div>`}
  `;
}

const DryRun = ({ found }) => html`
  <div class=${found.wrong > 0 ? "notice bad" : "done"} role="status">
    <p class=${found.wrong > 0 ? "" : "state good"}>
      <${Icon} name=${found.wrong > 0 ? "alert" : "check"} size="18" />${" "}
      <strong>${found.wrong > 0 ? `${count(found.wrong)} of ${plural(found.rows, "row")} are wrong` : `${plural(found.rows, "row")}, all right`}</strong>
    </p>
    ${found.problems.length > 0 &&
    html`<ul>
      ${found.problems.map((each) => html`<li>${each.message} <span class="muted">${plural(each.count, "row")}: ${each.rows.map(count).join(", ")}${each.count > each.rows.length ? " …" : ""}</span></li>`)}
    </ul>`}
    ${found.seconds !== null && html`<p class="muted">Nothing was sent. Running them takes about ${spanText(found.seconds)} at the call limit.${found.wrong > 0 ? " Wrong rows fail, the others run." : ""}</p>`}
  </div>
`;

function Run({ batch }) {
  const finished = batch.done + batch.failed + batch.unknown;
  const running = batch.state === "running" || batch.state === "stopping";
  const progress = batch.progress;
  return html`
    <div class=${running ? "notice" : batch.state === "finished" && batch.failed + batch.unknown === 0 ? "done" : "notice"}>
      <p role="status" class=${batch.state === "finished" && batch.failed + batch.unknown === 0 ? "state good" : ""}>
        ${running ? html`<span class="spinner" aria-hidden="true"></span>` : html`<${Icon} name=${batch.state === "finished" && batch.failed + batch.unknown === 0 ? "check" : "clock"} size="18" />`}
        ${" "}<strong>${running ? (batch.state === "running" ? "Running" : "Stopping…") : batch.state === "finished" ? "Finished" : "Stopped"}</strong>
      </p>
      <progress max=${batch.rows || 1} value=${finished} aria-label="Rows finished"></progress>
      <dl class="meta">
        <div><dt>Finished</dt><dd>${count(finished)}${batch.rows !== null && ` of ${count(batch.rows)}`}</dd></div>
        <div><dt>Done</dt><dd>${count(batch.done)}</dd></div>
        <div><dt>Failed</dt><dd>${count(batch.failed)}</dd></div>
        <div><dt>Unknown</dt><dd>${count(batch.unknown)}</dd></div>
        ${progress && html`<div><dt>Calls used</dt><dd>${progress.used} of ${progress.calls} per ${progress.renewal_period} s</dd></div>`}
        ${progress && progress.seconds_left > 0 && html`<div><dt>Time left</dt><dd>about ${spanText(progress.seconds_left)}</dd></div>`}
      </dl>
      ${batch.unknown > 0 && html`<p class="muted">Unknown rows may have been carried out: check them in the service.</p>`}
      ${running && html`<p class="muted">You can close this page; the rows go on.</p>`}
    </div>
    ${!running &&
    html`<div class="downloads">
      ${[
        ["done", "done"],
        ["failed", "failed"],
        ["unknown", "unknown"],
      ]
        .filter(([outcome]) => batch[outcome] > 0)
        .map(([outcome, word]) => html`<a href=${server.batchResults(batch.id, outcome)} download>Download ${plural(batch[outcome], `${word} row`)}</a>`)}
    </div>`}
  `;
}
