// A field of a form: its label, its control, its description and its problems.

import { html, useState } from "./vendor/preact-htm.js";
import { Combobox } from "./combobox.js";
import { afterPress, idOf, useForm } from "./form_context.js";
import { Icon } from "./icons.js";
import { FilePicker } from "./file_value.js";
import { FreeForm, FreeValue } from "./free_form.js";
import { ObjectFields } from "./object_fields.js";
import { Rows } from "./rows.js";
import { isLong, kindOf, resolve, titleOf } from "./schema.js";

const GROUPS = ["rows", "list", "map", "group", "text-or-group", "yes-no"];

/** The field of a name in an object's schema. `change` takes the new draft; `remove` hides an optional field again. */
export function Field({ name, schema, value, path, required, change, remove, emptied, keepEmpty }) {
  const form = useForm();
  const own = resolve(schema, form.root);
  const kind = kindOf(own, form.root);
  const problems = form.problemsAt(path);
  const id = idOf(path);
  const about = [own.description && `${id}-help`, problems.length > 0 && `${id}-problem`].filter(Boolean).join(" ") || undefined;
  const aria = { id, "aria-describedby": about, "aria-invalid": problems.length > 0 ? "true" : undefined, "aria-required": required ? "true" : undefined };
  const isGroup = GROUPS.includes(kind);
  const title = titleOf(own, name);
  const label = isGroup
    ? html`<span class="label" id=${`${id}-label`}>${title}</span>`
    : html`<label class="label" for=${id}>${title}</label>`;
  const control = html`<${Control} ...${{ kind, name, own, value, path, change, aria, title }} />`;
  return html`
    <div
      class=${`field kind-${kind}${problems.length > 0 ? " wrong" : ""}`}
      role=${isGroup ? "group" : undefined}
      aria-labelledby=${isGroup ? `${id}-label` : undefined}
      data-path=${path}
      onFocusOut=${(event) => event.currentTarget.contains(event.relatedTarget) || afterPress(() => form.touch(path))}
    >
      <div class="field-head">
        ${label} ${required && html`<span class="required">Required</span>`}
        ${remove &&
        html`<button type="button" class="quiet small" aria-label=${`Remove ${title}`} title="Remove" onClick=${remove}>
          <${Icon} name="close" size="14" />
        </button>`}
      </div>
      ${control}
      ${own["x-keep-empty"] && (value === undefined || value === "" || value.length === 0) &&
      html`<label class="check"><input type="checkbox" checked=${emptied} onChange=${(event) => keepEmpty(event.target.checked)} /> Send it empty</label>`}
      ${own.description && html`<p class="help" id=${`${id}-help`} title=${own.description}>${own.description}</p>`}
      ${problems.length > 0 && html`<${Problems} id=${`${id}-problem`} problems=${problems} />`}
    </div>
  `;
}

export const Problems = ({ id, problems }) => html`
  <div class="problem" id=${id}>
    ${problems.map((problem) => html`<p><${Icon} name="alert" size="15" /> <span>${problem.message} ${problem.hint}</span></p>`)}
  </div>
`;

/** The control alone, without label and description; the items of lists use it too. */
export function Control({ kind, name, own, value, path, change, aria, title }) {
  const form = useForm();
  const placeholder = placeholderOf(own);
  const typed = (event) => change(event.target.value);
  switch (kind) {
    case "secret":
      return html`<${Secret} ...${{ value, typed, aria, title }} />`;
    case "file":
      return html`<${FilePicker} ...${{ value, change, aria, title, own }} />`;
    case "choices":
      return html`<${Combobox} value=${value ?? ""} change=${change} aria=${aria} placeholder=${placeholder || "Choose, or type an ID"} title=${title} basis=${form.basisOf(own)} load=${(refresh) => form.choicesOf(own, name, refresh)} />`;
    case "select":
      return html`<${Select} ...${{ own, value, change, aria }} />`;
    case "yes-no":
      return html`<${YesNo} ...${{ value, change, aria, path }} />`;
    case "rows":
    case "list":
      return html`<${Rows} ...${{ own, value, change, path, aria, title }} />`;
    case "map":
      return html`<${FreeForm} ...${{ own, value, change, path, aria, title }} />`;
    case "group":
      return html`<${ObjectFields} schema=${own} draft=${value} path=${path} change=${change} />`;
    case "text-or-group":
      return html`<${TextOrGroup} ...${{ own, value, change, path, aria, title }} />`;
    case "json":
      return html`<${FreeValue} ...${{ value, change, aria, placeholder }} />`;
    case "text":
      return html`<textarea ...${aria} rows=${isLong(own) ? 2 : 1} value=${value ?? ""} placeholder=${placeholder} onInput=${typed} spellcheck="true" />`;
    default:
      return html`<input ...${aria} type="text" inputmode=${kind === "number" ? "decimal" : undefined} value=${value ?? ""} placeholder=${placeholder} onInput=${typed} autocomplete="off" spellcheck="false" />`;
  }
}

export function placeholderOf(own) {
  if (own.default !== undefined && own.default !== null) return `Default: ${own.default}`;
  const example = own.examples?.[0];
  return example === undefined || typeof example === "object" || own.writeOnly ? "" : `e.g. ${example}`;
}

function Secret({ value, typed, aria, title }) {
  const [shown, setShown] = useState(false);
  return html`
    <div class="with-button">
      <input ...${aria} type=${shown ? "text" : "password"} value=${value ?? ""} onInput=${typed} autocomplete="off" spellcheck="false" />
      <button type="button" class="quiet" aria-pressed=${shown} aria-label=${`Show ${title}`} onClick=${() => setShown(!shown)}>
        <${Icon} name=${shown ? "eyeOff" : "eye"} />
      </button>
    </div>
  `;
}

function Select({ own, value, change, aria }) {
  const known = own.enum.map(String);
  const held = value === undefined ? "" : String(value);
  const chosen = (event) => change(own.enum[known.indexOf(event.target.value)] ?? (event.target.value || undefined));
  return html`
    <div class="select">
      <select ...${aria} value=${held} onChange=${chosen}>
        <option value="">${own.default === undefined || own.default === null ? "(left empty)" : `(default: ${own.default})`}</option>
        ${known.map((each) => html`<option value=${each}>${each}</option>`)}
        ${held !== "" && !known.includes(held) && html`<option value=${held}>${held}</option>`}
      </select>
      <${Icon} name="chevron" />
    </div>
  `;
}

function YesNo({ value, change, aria, path }) {
  const options = [
    ["(left empty)", undefined],
    ["Yes", true],
    ["No", false],
  ];
  return html`
    <div class="segments">
      ${options.map(
        ([label, each], index) => html`
          <label><input type="radio" name=${path} id=${index === 0 ? aria.id : undefined} aria-describedby=${aria["aria-describedby"]} checked=${value === each} onChange=${() => change(each)} /><span>${label}</span></label>
        `,
      )}
    </div>
  `;
}

function TextOrGroup({ own, value, change, path, aria, title }) {
  const grouped = typeof value === "object";
  return html`
    <div class="text-or-group">
      <div class="segments">
        <label><input type="radio" name=${`${path} kind`} checked=${!grouped} onChange=${() => change("")} /><span>Text</span></label>
        <label><input type="radio" name=${`${path} kind`} checked=${grouped} onChange=${() => change({ values: {}, chosen: {}, added: [], emptied: [] })} /><span>Group</span></label>
      </div>
      ${grouped
        ? html`<${ObjectFields} schema=${own} draft=${value} path=${path} change=${change} />`
        : html`<input ...${aria} aria-label=${title} type="text" value=${value ?? ""} onInput=${(event) => change(event.target.value)} autocomplete="off" />`}
    </div>
  `;
}
