// Lists: rows of fields, and lists of single values.

import { html } from "./vendor/preact-htm.js";
import { emptyRow, newId } from "./draft.js";
import { Control } from "./fields.js";
import { idOf, useForm, useThen } from "./form_context.js";
import { plural } from "./format.js";
import { Icon } from "./icons.js";
import { ObjectFields } from "./object_fields.js";
import { kindOf, resolve } from "./schema.js";

/** The rows of a list. Each keeps its number while others are empty: problems name the row that people see. */
export function Rows({ own, value, change, path, aria, title }) {
  const form = useForm();
  const items = resolve(own.items, form.root);
  const kind = kindOf(items, form.root);
  const rows = Array.isArray(value) ? value : [];
  const set = (id, inner) => change(rows.map((row) => (row.id === id ? { ...row, value: inner } : row)));
  const then = useThen();
  const noun = kind === "group" ? "row" : "value";
  function add() {
    then(() => focusRow(`${path}[${rows.length}]`));
    change([...rows, emptyRow(items, form.root)]);
  }
  function remove(id) {
    const left = rows.filter((row) => row.id !== id);
    then(() => document.getElementById(aria.id)?.focus());
    change(left.length > 0 ? left : undefined);
  }
  const duplicate = (row) => change(rows.flatMap((each) => (each === row ? [each, { id: newId(), value: structuredClone(row.value) }] : [each])));
  return html`
    <div class=${`rows of-${kind}`}>
      ${rows.map((row, index) => {
        const at = `${path}[${index}]`;
        const actions = html`<${RowActions} noun=${`${title}, ${noun} ${index + 1}`} duplicate=${kind === "group" && (() => duplicate(row))} remove=${() => remove(row.id)} />`;
        return kind === "group"
          ? html`<section class="row" key=${row.id} data-row=${at} aria-label=${`${title}, row ${index + 1}`}>
              <header><span class="row-number">Row ${index + 1}</span>${actions}</header>
              <${RowProblems} at=${at} />
              <${ObjectFields} schema=${items} draft=${row.value} path=${at} change=${(inner) => set(row.id, inner)} />
            </section>`
          : html`<div class="value" key=${row.id} data-row=${at}>
              <${Control}
                kind=${kind === "text" ? "line" : kind}
                own=${items}
                value=${row.value}
                path=${at}
                change=${(inner) => set(row.id, inner)}
                title=${`${title}, value ${index + 1}`}
                aria=${{ id: idOf(at), "aria-label": `${title}, value ${index + 1}`, "aria-invalid": form.problemsAt(at).length > 0 ? "true" : undefined }}
              />
              ${actions}
              <${RowProblems} at=${at} />
            </div>`;
      })}
      <button type="button" class="ghost" id=${aria.id} aria-describedby=${aria["aria-describedby"]} onClick=${add}>
        <${Icon} name="plus" /> Add a ${noun} <span class="sr">to ${title}</span>
        ${rows.length > 0 && html`<span class="muted">${plural(rows.length, noun)}</span>`}
      </button>
    </div>
  `;
}

function focusRow(at) {
  const row = document.querySelector(`[data-row="${CSS.escape(at)}"]`);
  const first = row?.querySelector(":scope .field :is(input, select, textarea)") ?? row?.querySelector("input, select, textarea, .ghost");
  first?.focus();
}

const RowActions = ({ noun, duplicate, remove }) => html`
  <span class="row-actions">
    ${duplicate && html`<button type="button" class="quiet small" aria-label=${`Copy ${noun}`} title="Copy this row" onClick=${duplicate}><${Icon} name="copy" size="14" /></button>`}
    <button type="button" class="quiet small" aria-label=${`Remove ${noun}`} title="Remove" onClick=${remove}><${Icon} name="close" size="14" /></button>
  </span>
`;

function RowProblems({ at }) {
  const problems = useForm().problemsAt(at);
  return problems.length > 0 ? html`<div class="problem">${problems.map((problem) => html`<p><${Icon} name="alert" size="15" /> <span>${problem.message}</span></p>`)}</div>` : null;
}
