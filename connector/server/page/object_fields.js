// The fields of an object as its rules lay them out: choices as selects, and the rest behind “add a field”.

import { html, useRef, useState } from "./vendor/preact-htm.js";
import { emptyDraft } from "./draft.js";
import { Field, Problems } from "./fields.js";
import { focusField, idOf, useForm, useThen } from "./form_context.js";
import { planOf } from "./form_plan.js";
import { Icon } from "./icons.js";
import { decided, fieldsOf, pick } from "./rules.js";
import { namesOf, resolve, titleOf } from "./schema.js";

/** All fields of an object. `draft` may be missing; `change` takes the whole new draft. */
export function ObjectFields({ schema, draft: given, path, change }) {
  const form = useForm();
  const draft = given ?? emptyDraft();
  const wrong = form.wrongIn(path, namesOf(schema));
  const { items, addable } = planOf(schema, form.root, draft, wrong);
  const then = useThen();
  const at = (name) => (path ? `${path}.${name}` : name);
  const view = {
    schema,
    draft,
    root: form.root,
    wrong,
    problemsAt: form.problemsAt,
    at,
    set(name, value) {
      const values = { ...draft.values, [name]: value };
      if (value === undefined) delete values[name];
      change(decided(schema, { ...draft, values }, name));
    },
    keepEmpty(name, on) {
      const others = draft.emptied.filter((each) => each !== name);
      change({ ...draft, emptied: on ? [...others, name] : others });
    },
    add(name) {
      then(() => focusField(at(name)));
      change({ ...draft, added: [...draft.added, name] });
    },
    addChoice(rule) {
      then(() => document.getElementById(`${idOf(at(rule.key))}-choice`)?.focus());
      change({ ...draft, added: [...draft.added, `choice ${rule.key}`] });
    },
    remove(name) {
      const { [name]: _, ...values } = draft.values;
      const without = (names) => names.filter((each) => each !== name);
      change({ ...draft, values, added: without(draft.added), emptied: without(draft.emptied) });
    },
    pick: (rule, key) => change(pick(rule, draft, key)),
  };
  return html`
    <div class="fields">
      <${Items} items=${items} view=${view} />
      <${AddField} groups=${addable} view=${view} />
    </div>
  `;
}

const Items = ({ items, view }) =>
  items.map((item) =>
    item.kind === "choice"
      ? html`<${ChoiceGroup} key=${`choice ${item.rule.key}`} item=${item} view=${view} />`
      : html`<${Field}
          key=${item.name}
          name=${item.name}
          schema=${view.schema.properties[item.name]}
          value=${view.draft.values[item.name]}
          path=${view.at(item.name)}
          required=${(view.schema.required ?? []).includes(item.name)}
          emptied=${view.draft.emptied.includes(item.name)}
          keepEmpty=${(on) => view.keepEmpty(item.name, on)}
          change=${(value) => view.set(item.name, value)}
          remove=${item.removable ? () => view.remove(item.name) : undefined}
        />`,
  );

function ChoiceGroup({ item: { rule, option, items, addable }, view }) {
  const id = `${idOf(view.at(rule.key))}-choice`;
  const optional = !rule.required || rule.if;
  const unseen = fieldsOf(rule).filter((name) => view.wrong.has(name) && !drawn(items).includes(name));
  const problems = unseen.flatMap((name) => view.problemsAt(view.at(name)));
  return html`
    <div class="choice" role="group" aria-labelledby=${`${id}-label`}>
      <div class="choice-head">
        <label id=${`${id}-label`} for=${id}>${rule.title}</label>
        <div class="select">
          <select id=${id} value=${option?.key ?? ""} aria-describedby=${`${id}-help`} aria-invalid=${problems.length > 0 ? "true" : undefined} data-stands-for=${unseen.map((name) => idOf(view.at(name))).join(" ")} onChange=${(event) => view.pick(rule, event.target.value)}>
            ${(optional || option === null) && html`<option value="">(none)</option>`}
            ${rule.options.map((each) => html`<option value=${each.key}>${each.title}</option>`)}
          </select>
          <${Icon} name="chevron" />
        </div>
      </div>
      <p class="help" id=${`${id}-help`} hidden=${!needs(option, view)}>${needs(option, view)}</p>
      ${problems.length > 0 && html`<${Problems} problems=${problems} />`}
      ${option !== null || items.length > 0
        ? html`<div class="fields"><${Items} items=${items} view=${view} /><${AddField} groups=${addable} view=${view} /></div>`
        : null}
    </div>
  `;
}

const drawn = (items) => items.flatMap((item) => (item.kind === "choice" ? drawn(item.items) : [item.name]));

/** “Fill in at least one: User ID, Email or Phone Number.” */
function needs(option, view) {
  const names = option?.atLeastOneOf ?? [];
  if (names.length < 2) return "";
  const root = view.root ?? view.schema;
  const titles = names.map((name) => titleOf(resolve(view.schema.properties[name], view.root), name));
  return `Fill in at least one: ${titles.slice(0, -1).join(", ")} or ${titles.at(-1)}.`;
}

const SEARCHABLE = 12;

/** “Add one of 52 fields”: a button that opens the fields in groups, with a search when they are many. */
function AddField({ groups, view }) {
  const form = useForm();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const button = useRef(null);
  const count = groups.reduce((sum, group) => sum + (group.choice ? 1 : group.names.length), 0);
  if (count === 0) return null;
  const title = (name) => titleOf(resolve(view.schema.properties[name], form.root), name);
  const matches = (text) => text.toLowerCase().includes(query.trim().toLowerCase());
  const shown = groups
    .map((group) => ({ ...group, names: group.names.filter((name) => matches(title(name)) || matches(name) || matches(group.title)) }))
    .filter((group) => group.names.length > 0 || (group.choice && matches(group.title)));
  const close = () => (setOpen(false), setQuery(""));
  const add = (name) => (close(), view.add(name));
  const keys = (event) => event.key === "Escape" && (event.stopPropagation(), close(), button.current?.focus());
  return html`
    <div class="add" onKeyDown=${keys}>
      <button type="button" class="ghost" ref=${button} aria-expanded=${open} onClick=${() => (open ? close() : setOpen(true))}>
        <${Icon} name="plus" /> ${count === 1 ? "Add one field" : `Add one of ${count} fields`}
      </button>
      ${open &&
      html`<div class="add-list" ref=${intoView}>
        ${count > SEARCHABLE &&
        html`<input type="search" aria-label="Find a field" placeholder="Find a field" value=${query} onInput=${(event) => setQuery(event.target.value)} />`}
        ${shown.map(
          (group) => html`
            <div class="add-group" role="group" aria-label=${group.title || "Fields"}>
              ${group.title && !group.choice && html`<span class="add-title">${group.title}</span>`}
              ${group.choice && html`<button type="button" class="chip" onClick=${() => (close(), view.addChoice(group.choice))}>${group.title}…</button>`}
              ${group.names.map((name) => html`<button type="button" class="chip" onClick=${() => add(name)}>${inGroup(title(name), group.title)}</button>`)}
            </div>
          `,
        )}
        ${shown.length === 0 && html`<p class="help">No field matches “${query}”.</p>`}
      </div>`}
    </div>
  `;
}

/** Scroll a list that was just opened into view, once. */
function intoView(node) {
  if (!node || node.dataset.seen) return;
  node.dataset.seen = "1";
  node.querySelector("input[type=search]")?.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

const inGroup = (title, group) => (group && title.startsWith(`${group}: `) ? title.slice(group.length + 2) : title);
