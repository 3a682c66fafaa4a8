// What somebody has typed into a form (a draft), and the inputs that it means.
//
// A draft of an object is {values, chosen, added, emptied}: what each field holds, which option of each choice is picked, which
// optional fields were asked for, and which fields are sent although they are empty. Lists are [{id, value}], maps
// [{id, key, value}] or JSON text, and everything else is the text of its control, or true, false or undefined.

import { kindOf, namesOf, resolve, typesOf } from "./schema.js";
import { choicesIn, hiddenBy, optionFor } from "./rules.js";

let lastId = 0;
export const newId = () => ++lastId;

export const emptyDraft = () => ({ values: {}, chosen: {}, added: [], emptied: [] });

export const emptyRow = (items, root) => ({ id: newId(), value: kindOf(items, root) === "group" ? emptyDraft() : undefined });

const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/** The draft of an object that holds these inputs. What does not fit the option it means stays visible. */
export function draftOf(schema, root, inputs) {
  const draft = emptyDraft();
  for (const [name, value] of Object.entries(inputs ?? {})) {
    if (value === null || value === undefined) continue;
    const field = schema.properties?.[name];
    if (field === undefined) continue;
    const own = resolve(field, root);
    draft.values[name] = fieldDraft(own, root, value);
    draft.added.push(name);
    if (own["x-keep-empty"] && (value === "" || value.length === 0)) draft.emptied.push(name);
  }
  for (const rule of choicesIn(schema)) {
    const option = optionFor(rule, Object.keys(draft.values));
    if (option) draft.chosen[rule.key] = option.key;
  }
  return draft;
}

function fieldDraft(schema, root, value) {
  const kind = kindOf(schema, root);
  const items = () => resolve(schema.items, root);
  if (kind === "rows" && Array.isArray(value)) return value.map((row) => ({ id: newId(), value: draftOf(items(), root, row) }));
  if (kind === "list" && Array.isArray(value)) return value.map((item) => ({ id: newId(), value: fieldDraft(items(), root, item) }));
  if (kind === "group" && isObject(value)) return draftOf(schema, root, value);
  if (kind === "text-or-group") return isObject(value) ? draftOf(schema, root, value) : String(value);
  if (kind === "map" && isObject(value)) return mapDraft(schema, root, value);
  if (kind === "yes-no") return value;
  return kind === "file" ? { name: value.$filename ?? "", data: value } : asText(value);
}

function mapDraft(schema, root, value) {
  const typed = isObject(schema.additionalProperties) ? resolve(schema.additionalProperties, root) : null;
  if (!typed && Object.values(value).some((inner) => typeof inner !== "string")) return asText(value);
  const inner = typed ?? { type: "string" };
  return Object.entries(value).map(([key, each]) => ({ id: newId(), key, value: fieldDraft(inner, root, each) }));
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * The inputs that a draft means.
 *
 * @returns {{inputs: object, places: Map<string, string>, faults: {path: string, message: string}[]}} `places` leads from a path as
 *   sent (`recipients[0].email`) to the path in the form (`recipients[2].email`), for empty rows are not sent. `faults` are
 *   what cannot be sent at all, such as text that is not JSON.
 */
export function toInputs(schema, draft) {
  const out = { places: new Map(), faults: [] };
  const inputs = objectValue(schema, schema, draft, { sent: "", shown: "" }, out) ?? {};
  return { inputs, ...out };
}

const inside = (path, name) => ({
  sent: path.sent ? `${path.sent}.${name}` : name,
  shown: path.shown ? `${path.shown}.${name}` : name,
});

function objectValue(schema, root, draft, path, out) {
  const hidden = hiddenBy(schema, draft);
  const found = {};
  for (const name of namesOf(schema)) {
    if (hidden.has(name)) continue;
    const field = resolve(schema.properties[name], root);
    const at = inside(path, name);
    out.places.set(at.sent, at.shown);
    let value = fieldValue(field, root, draft.values[name], at, out);
    if (value === undefined && draft.emptied.includes(name)) value = typesOf(field).includes("array") ? [] : "";
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function fieldValue(field, root, held, at, out) {
  if (held === undefined || held === null || held === "") return undefined;
  const kind = kindOf(field, root);
  if (kind === "rows" || kind === "list") return listValue(field, root, held, at, out);
  if (kind === "group" || (kind === "text-or-group" && typeof held === "object")) {
    const value = objectValue(field, root, held, at, out);
    return Object.keys(value).length > 0 ? value : undefined;
  }
  if (kind === "map") return typeof held === "string" ? jsonValue(held, at, out) : mapValue(field, root, held, at, out);
  if (kind === "json") return jsonOrText(field, held, at, out);
  if (kind === "file") return held.data;
  return typeof held === "string" ? scalar(typesOf(field), held) : held;
}

/** A number where the field takes one and the text is one; otherwise the text, for the server to say what is wrong. */
function scalar(types, text) {
  const trimmed = text.trim();
  const number = Number(trimmed);
  const takes = (types.includes("integer") && /^-?\d+$/.test(trimmed)) || (types.includes("number") && /^-?\d/.test(trimmed));
  if (takes && Number.isFinite(number) && (!/^-?\d+$/.test(trimmed) || Number.isSafeInteger(number))) return number;
  return types.includes("string") ? text : trimmed || undefined;
}

function listValue(field, root, rows, at, out) {
  if (!Array.isArray(rows)) return rows;
  const items = resolve(field.items, root);
  const found = [];
  rows.forEach((row, index) => {
    const place = { sent: `${at.sent}[${found.length}]`, shown: `${at.shown}[${index}]` };
    const asked = { places: new Map([[place.sent, place.shown]]), faults: out.faults };
    const value =
      kindOf(items, root) === "group"
        ? rowValue(items, root, row.value ?? emptyDraft(), place, asked)
        : fieldValue(items, root, row.value, place, asked);
    if (value === undefined) return;
    asked.places.forEach((shown, sent) => out.places.set(sent, shown));
    found.push(value);
  });
  return found.length > 0 ? found : undefined;
}

/** An empty row is not sent, unless it must say something: then the server says what. */
function rowValue(items, root, draft, place, out) {
  const value = objectValue(items, root, draft, place, out);
  return Object.keys(value).length > 0 || (items.required ?? []).length > 0 ? value : undefined;
}

function mapValue(field, root, entries, at, out) {
  const inner = isObject(field.additionalProperties) ? resolve(field.additionalProperties, root) : { type: "string" };
  const found = new Map();
  for (const { key, value } of entries) {
    if (key === "" && (value === undefined || value === "")) continue;
    if (key === "") out.faults.push({ path: at.shown, message: "Give every value a name." });
    else if (found.has(key)) out.faults.push({ path: at.shown, message: `The name “${key}” is there twice.` });
    const place = inside(at, key);
    out.places.set(place.sent, at.shown);
    found.set(key, fieldValue(inner, root, value, place, out) ?? "");
  }
  return found.size > 0 ? Object.fromEntries(found) : undefined;
}

function jsonValue(text, at, out) {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    out.faults.push({ path: at.shown, message: "This is not valid JSON." });
    return undefined;
  }
}

function jsonOrText(field, text, at, out) {
  if (typeof text !== "string") return text;
  const types = typesOf(field);
  if (types.length > 0 && !types.includes("string")) return jsonValue(text, at, out);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The paths in the form of all problems of a check: the server counts only the rows that were sent. */
export function problemsByPath(problems, places) {
  const found = new Map();
  for (const problem of problems) {
    const path = shownPath(problem.field, places);
    found.set(path, [...(found.get(path) ?? []), problem]);
  }
  return found;
}

export function shownPath(sent, places) {
  let known = sent;
  while (known && !places.has(known)) known = known.slice(0, Math.max(known.lastIndexOf("."), known.lastIndexOf("["), 0));
  return known ? places.get(known) : sent;
}
