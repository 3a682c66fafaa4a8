// What a drop-down lists: the rows of another action, which may depend on what is filled in.

import { resolve, titleOf } from "./schema.js";
import * as server from "./server.js";

const MOST = 200;

const sourceOf = (field) => field["x-ms-dynamic-values"];

/** The inputs that the choices of a field depend on. */
export const basisOf = (field) =>
  Object.values(sourceOf(field)?.parameters ?? {})
    .map((value) => value?.parameter)
    .filter((name) => typeof name === "string");

/**
 * The choices of a field, {choices: [{value, label}], complete}. Those of an action's own field come from its route; those of a field in
 * a row are read from the action that lists them.
 *
 * @throws {Error} Something that they depend on is not filled in, or the server says no.
 */
export async function choicesOf(action, field, name, inputs, where, refresh) {
  const root = action.inputs;
  const missing = basisOf(field).filter((each) => inputs[each] === undefined);
  if (missing.length > 0) {
    const titles = missing.map((each) => titleOf(resolve(root.properties[each] ?? {}, root), each));
    throw new Error(`Fill in ${titles.join(" and ")} first: the choices depend on it.`);
  }
  const own = root.properties[name] && sourceOf(resolve(root.properties[name], root));
  if (own && JSON.stringify(own) === JSON.stringify(sourceOf(field))) return server.choices(action.key, name, inputs, where, refresh);
  return listed(sourceOf(field), inputs, where);
}

async function listed(source, inputs, where) {
  const given = Object.entries(source.parameters ?? {}).map(([name, value]) => [name, value?.parameter ? inputs[value.parameter] : value]);
  const { fields } = await server.run(source.action, Object.fromEntries(given), { where, options: { max_items: String(MOST) } });
  const [value, title] = [source["value-path"], source["value-title"]];
  const rows = (fields[source["value-collection"]] ?? []).filter((row) => row[value]);
  return { choices: rows.map((row) => ({ value: String(row[value]), label: String(row[title] ?? row[value]) })), complete: rows.length < MOST };
}
