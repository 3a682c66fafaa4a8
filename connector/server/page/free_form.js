// Objects of free names: a table of names and values, or JSON; and single values of any kind.

import { html, useRef } from "./vendor/preact-htm.js";
import { newId } from "./draft.js";
import { Control } from "./fields.js";
import { useForm, useThen } from "./form_context.js";
import { Icon } from "./icons.js";
import { kindOf, resolve } from "./schema.js";

/** A draft of a map is [{id, key, value}], or the text of JSON. */
export function FreeForm({ own, value, change, path, aria, title }) {
  const form = useForm();
  const inner = own.additionalProperties && typeof own.additionalProperties === "object" ? resolve(own.additionalProperties, form.root) : { type: "string" };
  const asJson = typeof value === "string";
  const rows = asJson || !value ? [] : value;
  const set = (id, part) => change(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const remove = (id) => change(rows.length > 1 ? rows.filter((row) => row.id !== id) : undefined);
  const box = useRef(null);
  const then = useThen();
  const add = () => {
    then(() => [...box.current.querySelectorAll(".map-row")].at(-1).querySelector("input").focus());
    change([...rows, { id: newId(), key: "", value: "" }]);
  };
  const kind = kindOf(inner, form.root);
  if (asJson) {
    return html`
      <div>
        <textarea class="code" ...${aria} aria-label=${`${title} as JSON`} rows="4" value=${value} onInput=${(event) => change(event.target.value)} spellcheck="false" />
        <button type="button" class="quiet small" onClick=${() => change(toRows(value))} disabled=${!toRows(value)}>Names and values</button>
      </div>
    `;
  }
  return html`
    <div class="map" ref=${box}>
      ${rows.map(
        (row, index) => html`
          <div class="map-row" key=${row.id}>
            <input type="text" aria-label=${`${title}, name ${index + 1}`} placeholder="Name" value=${row.key} onInput=${(event) => set(row.id, { key: event.target.value })} autocomplete="off" spellcheck="false" />
            <${Control} kind=${kind === "text" ? "line" : kind} own=${inner} value=${row.value} path=${`${path}.${row.key}`} change=${(each) => set(row.id, { value: each })} title=${`${title}, value ${index + 1}`} aria=${{ "aria-label": `${title}, value ${index + 1}`, placeholder: "Value" }} />
            <button type="button" class="quiet small" aria-label=${`Remove ${title}, ${row.key || `name ${index + 1}`}`} onClick=${() => remove(row.id)}><${Icon} name="close" size="14" /></button>
          </div>
        `,
      )}
      <div class="line-of-buttons">
        <button type="button" class="ghost" id=${aria.id} aria-describedby=${aria["aria-describedby"]} onClick=${add}><${Icon} name="plus" /> Add a value <span class="sr">to ${title}</span></button>
        <button type="button" class="quiet small" onClick=${() => change(toText(rows))}>Edit as JSON <span class="sr">${title}</span></button>
      </div>
    </div>
  `;
}

const toText = (rows) => JSON.stringify(Object.fromEntries(rows.filter((row) => row.key !== "").map((row) => [row.key, row.value ?? ""])), null, 2);

/** The rows of a JSON object whose values are all texts; null where it is anything else. */
function toRows(text) {
  try {
    const parsed = JSON.parse(text || "{}");
    const entries = Object.entries(parsed);
    if (Array.isArray(parsed) || entries.some(([, each]) => typeof each !== "string")) return null;
    return entries.map(([key, each]) => ({ id: newId(), key, value: each }));
  } catch {
    return null;
  }
}

/** A value of any kind: JSON, or text where it is no JSON. */
export const FreeValue = ({ value, change, aria, placeholder }) => html`
  <textarea class="code" ...${aria} rows="2" value=${value ?? ""} placeholder=${placeholder || "Text or JSON"} onInput=${(event) => change(event.target.value)} spellcheck="false" />
`;
