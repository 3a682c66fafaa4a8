// Which column of a file is which input, and what every row gets from the form.

import { html, useEffect, useLayoutEffect, useMemo, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { namesOf, titleOf } from "./schema.js";
import * as server from "./server.js";

const PAUSE_MILLISECONDS = 180;

/** `setSettings` is called with how the batch is to run, or null while its columns do not fit. */
export function BatchColumns({ action, catalogue, batch, where, texts, setSettings }) {
  const [mapping, setMapping] = useState(batch.settings?.mapping ?? {});
  const [account, setAccount] = useState(batch.settings?.connection_column ?? null);
  const [bulk, setBulk] = useState(batch.settings?.bulk ?? false);
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  const filled = new Set((found?.columns ?? []).map((column) => column.input));
  const templates = Object.fromEntries(Object.entries(batch.retry_of ? (batch.settings?.templates ?? {}) : texts).filter(([name]) => !filled.has(name)));
  const wanted = JSON.stringify({ action: action.key, mapping, templates, connection_column: account, bulk });

  // Nothing runs with what was changed until the server has seen it; at once, before the next click.
  useLayoutEffect(() => void setSettings(null), [wanted, where]);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const columns = await server.batchColumns(batch.id, JSON.parse(wanted), where);
        if (!current) return;
        setFound(columns);
        setProblem("");
        setSettings(columns.problems.length === 0 ? JSON.parse(wanted) : null);
      } catch (error) {
        if (current) (setProblem(error.message), setSettings(null));
      }
    }, PAUSE_MILLISECONDS);
    return () => ((current = false), clearTimeout(timer));
  }, [wanted, where]);

  const inputs = useMemo(() => namesOf(action.inputs).map((name) => [name, titleOf(action.inputs.properties[name], name)]), [action]);
  const about = (name) => (found?.problems ?? []).filter((each) => each.field === name);
  const columns = found?.columns ?? [];
  const free = columns.find((column) => !(mapping[column.name] ?? column.input)) ?? columns[0];
  const others = (found?.problems ?? []).filter((each) => !columns.some((column) => column.name === each.field));
  return html`
    ${problem && html`<p class="problem" role="alert">${problem}</p>`}
    ${columns.length > 0 &&
    html`<div class="table-scroll">
      <table class="columns">
        <caption class="sr">Columns of the file</caption>
        <thead><tr><th scope="col">Column, and its first cell</th><th scope="col">Input</th></tr></thead>
        <tbody>
          ${columns.map(
            (column, index) => html`
              <tr key=${column.name}>
                <th scope="row">${column.name} <span class="muted">${column.example}</span></th>
                <td>${column.name.startsWith("_") ? html`<span class="muted">${column.name === "_key" ? "Idempotency key" : "Ignored"}</span>` : html`<${InputSelect} ...${{ column, index, mapping, setMapping, inputs, account, problems: about(column.name) }} />`}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>`}
    ${others.length > 0 && html`<ul class="problem" role="alert">${others.map((each) => html`<li>${each.message}</li>`)}</ul>`}
    ${!batch.retry_of &&
    html`<p class="muted">
      ${Object.keys(templates).length > 0 ? html`From the form, for every row: <strong>${inputs.filter(([name]) => name in templates).map(([, title]) => title).join(", ")}</strong>.` : "What you fill in on the form counts for every row."}
      ${columns.length > 0 && html` Write <code>{${free.name}}</code> in it for the cell of that column.`}
    </p>`}
    ${(bulk || batch.dry_run?.bulk_offered) &&
    html`<label class="bulk"><input type="checkbox" checked=${bulk} onChange=${(event) => setBulk(event.target.checked)} /> <span>Use the service's bulk job: a few calls instead of one for each row</span></label>`}
    ${catalogue.connections.length > 1 &&
    html`<label class="account"><span class="label">Connection of each row</span>
      <span class="select">
        <select value=${account ?? ""} onChange=${(event) => setAccount(event.target.value || null)}>
          <option value="">The one chosen under “Run in”</option>
          ${columns.map((column) => html`<option value=${column.name}>Named in ${column.name}</option>`)}
        </select>
        <${Icon} name="chevron" />
      </span>
    </label>`}
  `;
}

function InputSelect({ column, index, mapping, setMapping, inputs, account, problems }) {
  const value = column.name in mapping ? mapping[column.name] : (column.input ?? (problems.length > 0 ? "?" : ""));
  const id = `batch-column-${index}`;
  if (account === column.name) return html`<span class="muted">Connection</span>`;
  return html`
    <span class="select">
      <select aria-label=${`Input for ${column.name}`} aria-invalid=${problems.length > 0 ? "true" : undefined} aria-describedby=${problems.length > 0 ? id : undefined} value=${value} onChange=${(event) => setMapping({ ...mapping, [column.name]: event.target.value })}>
        ${value === "?" && html`<option value="?" disabled>Choose…</option>`}
        <option value="">Ignore</option>
        ${inputs.map(([name, title]) => html`<option value=${name}>${title}</option>`)}
      </select>
      <${Icon} name="chevron" />
    </span>
    ${problems.length > 0 && html`<p class="problem" id=${id}>${problems.map((each) => each.message).join(" ")}${value === "?" && " Choose an input, or Ignore."}</p>`}
  `;
}
