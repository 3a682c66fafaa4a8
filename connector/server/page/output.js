// What came back: the state of the run, then the outputs as people look at them.

import { html } from "./vendor/preact-htm.js";
import { CopyButton } from "./copy.js";
import { Arrivals } from "./arrivals.js";
import { durationText, plural } from "./format.js";
import { focusField } from "./form_context.js";
import { Icon } from "./icons.js";
import { OutputFields } from "./output_fields.js";
import { labelOf, namesOf, resolve, titleOf, typeName } from "./schema.js";
import { useCountdown } from "./use_run.js";

export function Output({ action, running, run, problems, submitted, connection, catalogue, setTab }) {
  if (running.phase === "running") return html`<${Running} running=${running} />`;
  if (running.phase === "failed") return html`<${Failed} ...${{ action, error: running.error, running, run }} />`;
  if (running.phase === "stopped") return html`<div class="notice" role="status"><p><strong>Stopped.</strong> ${running.attempts.length > 0 ? "A request had been sent; check whether it took effect." : "Nothing was sent."}</p></div>`;
  if (running.phase === "done") {
    return html`
      <div class="output">
        <${Done} meta=${running.result.meta} />
        ${connection?.sandbox && catalogue.sandbox?.messages && !action.effects.readOnly && html`<${Arrivals} key=${running.started} since=${running.started} setTab=${setTab} />`}
        <${OutputFields} schema=${action.outputs} fields=${running.result.fields} />
      </div>
    `;
  }
  if (submitted && problems.length > 0) return html`<${Problems} problems=${problems} />`;
  return html`<${Described} schema=${action.outputs} />`;
}

function Running({ running }) {
  if (running.wait) return html`<${Waiting} wait=${running.wait} />`;
  const pages = running.pages;
  return html`
    <div class="notice" role="status">
      <p><span class="spinner" aria-hidden="true"></span> <strong>Running…</strong> ${pages && `${plural(pages.number, "page")}, ${plural(pages.rows, "row")} so far`}</p>
    </div>
  `;
}

const WAITS = {
  throttle: "Waiting for the call limit",
  retry_after: "Waiting, because the service asked to slow down",
  backoff: "Waiting before the next attempt",
  poll: "Waiting until the service is done",
};

function Waiting({ wait }) {
  const left = useCountdown(wait.until);
  return html`
    <div class="notice wait">
      <p role="status"><${Icon} name="clock" /> <strong>${WAITS[wait.reason] ?? wait.message}</strong></p>
      <p class="count" aria-hidden="true">${Math.ceil(left)} s</p>
      <progress max=${wait.seconds || 1} value=${Math.max(0, wait.seconds - left)} aria-label="The wait"></progress>
      <p class="muted">The run continues by itself. Stop gives its place in the limit back.</p>
    </div>
  `;
}

function Done({ meta }) {
  const facts = [
    ["Status", meta.status],
    ["Time", durationText(meta.elapsed)],
    meta.waited > 0 && ["Waited", durationText(meta.waited)],
    meta.pages > 1 && ["Pages", meta.pages],
    meta.attempts.length > meta.pages && ["Attempts", meta.attempts.length],
  ].filter(Boolean);
  return html`
    <div class="done" role="status">
      <p class="state good"><${Icon} name="check" size="18" /> <strong>Succeeded</strong></p>
      <dl class="meta">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${meta.request_id && html`<p class="request-id muted">Request ID <code>${meta.request_id}</code> <${CopyButton} text=${meta.request_id} about="the request ID" /></p>`}
      ${meta.warnings?.length > 0 && html`<ul class="warnings">${meta.warnings.map((each) => html`<li><${Icon} name="alert" /> ${each}</li>`)}</ul>`}
    </div>
  `;
}

const HEADS = { input: "The inputs are wrong", connection: "The connection was not accepted", throttled: "The call limit is reached", outcome_unknown: "It is not known whether it happened" };

function Failed({ action, error, running, run }) {
  const again = error.idempotency_key ? { idempotencyKey: error.idempotency_key } : {};
  return html`
    <div class="notice bad" role="alert">
      <p><${Icon} name="alert" size="18" /> <strong>${HEADS[error.code] ?? "The run failed"}</strong></p>
      <p>${error.message}</p>
      ${error.hint && html`<p>${error.hint}</p>`}
      ${error.problems?.length > 0 && html`<ul>${error.problems.map((problem) => html`<li>${problem.message}</li>`)}</ul>`}
      <dl class="meta">
        ${error.status && html`<div><dt>Status</dt><dd>${error.status}</dd></div>`}
        <div><dt>Time</dt><dd>${durationText(running.seconds)}</dd></div>
        ${error.field && html`<div><dt>Field</dt><dd><button type="button" class="link" onClick=${() => focusField(error.field)}>${labelOf(action.inputs, error.field)}</button></dd></div>`}
      </dl>
      ${error.request_id && html`<p class="request-id">Request ID <code>${error.request_id}</code> <${CopyButton} text=${error.request_id} about="the request ID" /></p>`}
      ${(error.retryable || (error.code === "outcome_unknown" && error.idempotency_key)) &&
      html`<p><button type="button" onClick=${() => run(again)}><${Icon} name="refresh" /> Run again${error.idempotency_key && " with the same idempotency key"}</button></p>`}
    </div>
  `;
}

const Problems = ({ problems }) => html`
  <div class="notice bad" role="alert">
    <p><${Icon} name="alert" size="18" /> <strong>${plural(problems.length, "problem")} with the inputs. Nothing was sent.</strong></p>
    <ul>
      ${problems.map((problem) => html`<li><button type="button" class="link" onClick=${() => focusField(problem.path)}>${problem.label}</button>: ${problem.message}</li>`)}
    </ul>
  </div>
`;

/** What the action returns, before the first run. */
const Described = ({ schema }) => html`
  <div class="described">
    <h2>What it returns</h2>
    <dl>
      ${namesOf(schema).map((name) => {
        const field = resolve(schema.properties[name], schema);
        return html`<div>
          <dt>${titleOf(field, name)} <code>${name}</code> <span class="muted">${typeName(field, schema)}</span></dt>
          <dd>${field.description}</dd>
        </div>`;
      })}
    </dl>
  </div>
`;
