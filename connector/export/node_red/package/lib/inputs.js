'use strict';
// From what a flow hands over to an action's inputs: names made one, empty boxes dropped, defaults filled.

const { MISSING, blank, copy, get, isObject, isSame, join, parse } = require('./pointer');
const { fieldsOf, pointersOf, resolve, typesOf } = require('./field');

// The inputs under their own names, and a problem for each that was given twice with different values.
function accept(action, given) {
  const schema = action.inputs;
  const inputs = blank();
  const keys = blank();
  const problems = [];
  for (const [key, value] of Object.entries(given)) {
    const name = Object.hasOwn(action.names, key) ? action.names[key] : key;
    const field = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const cleaned = field ? clean(value, field, schema) : copy(value);
    if (field && cleaned === undefined) continue;
    if (Object.hasOwn(inputs, name) && !isSame(inputs[name], cleaned)) {
      const message = `“${keys[name]}” and “${key}” are the same field, but their values differ.`;
      problems.push({ field: name, rule: 'twice', message });
    }
    inputs[name] = cleaned;
    keys[name] = key;
  }
  for (const [name, declared] of Object.entries(schema.properties)) {
    const { default: value } = resolve(schema, declared);
    if (value !== undefined && value !== null && !Object.hasOwn(inputs, name)) inputs[name] = copy(value);
  }
  return { inputs, problems };
}

// The value without empty parts; undefined when nothing is left. Free-form objects are the user's own: untouched.
function clean(value, declared, schema) {
  const field = resolve(schema, declared);
  if (value === null || value === undefined || (value === '' && !field['x-keep-empty'])) return undefined;
  if (field.items) {
    const rows = isObject(value) && field['x-map-key'] ? rowsFromMap(value, field) : value;
    return Array.isArray(rows) ? cleanList(rows, field, schema) : rows;
  }
  return fieldsOf(field).length && isObject(value) ? cleanRow(value, field, schema) : copy(value);
}

// The entries that say something. An empty row that must say something stays, for the judge to see it.
function cleanList(values, field, schema) {
  const item = resolve(schema, field.items);
  const telling = (item.required || []).length > 0 || !fieldsOf(item).length;
  const kept = values
    .map((value) => clean(unwrapped(value, item), item, schema))
    .filter((value) => value !== undefined && (telling || !isEmptyObject(value)));
  return kept.length || (field['x-keep-empty'] && !values.length) ? kept : undefined;
}

const isEmptyObject = (value) => isObject(value) && Object.keys(value).length === 0;

// The value of an entry that was pasted as the object it is on the wire.
function unwrapped(value, item) {
  if (item['x-pointer'] === undefined || !isObject(value) || typesOf(item).includes('object')) return value;
  const inner = get(value, pointersOf(item, '')[0]);
  return inner === MISSING ? value : inner;
}

function rowsFromMap(map, field) {
  const [key, whole] = [field['x-map-key'], field['x-map-value']];
  return Object.entries(map).map(([name, value]) => {
    if (whole) return { [key]: name, [whole]: value };
    return isObject(value) ? { [key]: name, ...value } : value;
  });
}

// A row under its flat names; a row that is nested as on the wire is flattened.
function cleanRow(row, field, schema) {
  const rest = copy(row);
  const cleaned = blank();
  for (const [name, declared] of fieldsOf(field)) {
    const inner = resolve(schema, declared);
    let value = rest[name];
    if (Object.hasOwn(rest, name)) delete rest[name];
    else value = take(rest, pointersOf(inner, name)[0]);
    value = clean(value, inner, schema);
    if (value !== undefined) cleaned[name] = value;
  }
  for (const [key, value] of Object.entries(rest)) if (!isEmptyObject(value)) cleaned[key] = value;
  return cleaned;
}

// Remove and return what stands at `place` in a nested row, and the objects that are left empty.
function take(row, place) {
  const tokens = parse(place);
  const parents = tokens.slice(0, -1);
  const last = tokens.length ? tokens[tokens.length - 1] : '';
  const inside = get(row, join(parents));
  if (!isObject(inside) || !Object.hasOwn(inside, last)) return undefined;
  const value = inside[last];
  delete inside[last];
  for (let depth = parents.length; depth > 0; depth -= 1) {
    const outer = get(row, join(parents.slice(0, depth - 1)));
    if (isEmptyObject(outer[parents[depth - 1]])) delete outer[parents[depth - 1]];
  }
  return value;
}

module.exports = { accept };
