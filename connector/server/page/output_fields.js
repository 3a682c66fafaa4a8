// Outputs by name: texts, times, links, pictures and colors each in their way, rows as a table, and what was not sent, folded.

import { html, useState } from "./vendor/preact-htm.js";
import { CopyButton } from "./copy.js";
import { agoText, cellText, isColor, isEmpty, isEpoch, isFile, isLink, isPicture, isTime, plural, pretty, short, timeText } from "./format.js";
import { FileValue } from "./file_value.js";
import { namesOf, resolve, titleOf, typesOf } from "./schema.js";

/** The fields of a result. Their names are keys, never paths: they hold dots. */
export function OutputFields({ schema, fields }) {
  const names = namesOf(schema);
  const sent = names.filter((name) => !isEmpty(fields[name]));
  const tables = sent.filter((name) => isTable(fields[name]));
  const single = sent.filter((name) => !isTable(fields[name]));
  const missing = names.filter((name) => isEmpty(fields[name]));
  const fieldOf = (name) => resolve(schema.properties[name], schema);
  return html`
    <div class="outputs">
      ${tables.map((name) => html`<${Table} name=${name} field=${fieldOf(name)} rows=${fields[name]} root=${schema} />`)}
      ${single.length > 0 &&
      html`<div class="output-list">
        ${single.map((name) => {
          const title = titleOf(fieldOf(name), name);
          return html`<div class="output-field">
            <div class="output-name"><span title=${fieldOf(name).description}>${title}</span><code>${name}</code></div>
            <div class="output-value"><${Value} value=${fields[name]} /><${CopyButton} text=${textOf(fields[name])} label="" about=${`Copy ${title}`} title="Copy" /></div>
          </div>`;
        })}
      </div>`}
      ${missing.length > 0 &&
      html`<details class="missing"><summary>Not sent by the service: ${plural(missing.length, "field")}</summary><ul>${missing.map((name) => html`<li>${titleOf(fieldOf(name), name)} <code>${name}</code></li>`)}</ul></details>`}
    </div>
  `;
}

const isTable = (value) => Array.isArray(value) && value.length > 0 && value.every((row) => row !== null && typeof row === "object" && !Array.isArray(row));

const textOf = (value) => (typeof value === "string" ? value : pretty(value));

/** One value as people look at it. */
export function Value({ value, compact = false }) {
  if (isFile(value)) return html`<${FileValue} value=${value} compact=${compact} />`;
  if (isPicture(value)) return html`<img class="picture" src=${value} alt="Picture" />`;
  if (isTime(value)) return html`<time datetime=${value} title=${value}>${timeText(value)} <span class="muted">${agoText(value)}</span></time>`;
  if (isEpoch(value)) return html`<${Epoch} value=${value} compact=${compact} />`;
  if (isColor(value)) return html`<span class="color"><${Swatch} color=${value} />${value}</span>`;
  if (isLink(value)) return html`<${Linked} url=${value} compact=${compact} />`;
  if (typeof value === "boolean") return html`<span>${value ? "Yes" : "No"}</span>`;
  if (Array.isArray(value) && value.length === 0) return html`<span class="muted">Empty list</span>`;
  if (value === "") return html`<span class="muted">Empty text</span>`;
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) return html`<span class="tags">${value.map((each) => html`<span class="tag">${String(each)}</span>`)}</span>`;
  if (value !== null && typeof value === "object") return html`<pre class="json">${pretty(value)}</pre>`;
  return html`<span class="plain">${compact ? short(String(value), 160) : String(value)}</span>`;
}

/** Milliseconds since 1970 as they came, and as a time. */
const Epoch = ({ value, compact }) => html`
  <time datetime=${new Date(value).toISOString()} title=${String(value)}>${compact ? timeText(value) : html`${value} <span class="muted">${timeText(value)}</span>`}</time>
`;

const PICTURE_URL = /\.(png|jpe?g|gif|webp|svg)(\?\S*)?$/i;

/** A link. The picture that it leads to is loaded when it is asked for, since that tells the other side about it. */
function Linked({ url, compact }) {
  const [state, setState] = useState("");
  const picture = !compact && PICTURE_URL.test(url) && url.startsWith("https:");
  return html`
    <span>
      <a href=${url} target="_blank" rel="noopener noreferrer">${compact ? short(url, 48) : url}</a>
      ${picture && state === "" && html` <button type="button" class="quiet small" onClick=${() => setState("shown")}>Show the picture</button>`}
      ${state === "shown" && html`<img class="picture" src=${url} alt="" referrerpolicy="no-referrer" onError=${() => setState("broken")} />`}
      ${state === "broken" && html` <span class="muted">The picture cannot be loaded.</span>`}
    </span>
  `;
}

const Swatch = ({ color }) => html`<svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="3" fill=${color} /></svg>`;

const MOST_ROWS = 200;

/** The rows of a list as a table; columns that no row fills in are left out. */
export function Table({ name, field, rows, root }) {
  const [all, setAll] = useState(false);
  const items = resolve(field.items, root);
  const declared = namesOf(items);
  const columns = [...declared, ...new Set(rows.flatMap(Object.keys).filter((key) => !declared.includes(key)))].filter((key) => rows.some((row) => !isEmpty(row[key])));
  const title = (key) => titleOf(resolve(items.properties?.[key], root), key);
  const numeric = (key) => typesOf(resolve(items.properties?.[key], root)).some((type) => type === "integer" || type === "number");
  const shown = all ? rows : rows.slice(0, MOST_ROWS);
  return html`
    <section class="table-field">
      <div class="output-name"><span title=${field.description}>${titleOf(field, name)}</span> <code>${name}</code> <span class="muted">${plural(rows.length, "row")}</span> <${CopyButton} text=${pretty(rows)} label="Copy" about=${titleOf(field, name)} /></div>
      <div class="table-scroll" tabindex="0" role="region" aria-label=${`Rows of ${titleOf(field, name)}`}>
        <table>
          <thead><tr>${columns.map((key) => html`<th scope="col" class=${numeric(key) ? "number" : ""} title=${key}>${title(key)}</th>`)}</tr></thead>
          <tbody>
            ${shown.map((row) => html`<tr>${columns.map((key) => html`<td class=${numeric(key) ? "number" : ""}><div class="cell"><${Cell} value=${row[key]} field=${resolve(items.properties?.[key], root)} root=${root} /></div></td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
      ${rows.length > shown.length && html`<button type="button" class="ghost" onClick=${() => setAll(true)}>Show all ${rows.length.toLocaleString("en")} rows</button>`}
    </section>
  `;
}

function Cell({ value, field, root }) {
  if (isEmpty(value)) return html`<span class="sr">empty</span>`;
  if (isTable(value)) return html`<details><summary>${plural(value.length, "row")}</summary><${Table} name=${field.title ?? "rows"} field=${field} rows=${value} root=${root} /></details>`;
  if (typeof value === "object" && !Array.isArray(value) && !isFile(value)) return html`<code class="inline-json" title=${pretty(value)}>${short(cellText(value), 60)}</code>`;
  return html`<${Value} value=${value} compact=${true} />`;
}
