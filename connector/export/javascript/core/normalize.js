'use strict';
// From what a flow hands over to an action's inputs: names made one, empty fields dropped, defaults filled in.

const { fieldsOf, inputOf, pointersOf, resolve, typesOf } = require('./field');
const { holdsExpression, inputName, isBodyDefault, parametersOf } = require('./flow_action');
const { blank, copy, isEmptyObject, isObject, isSame } = require('./json');
const { MISSING, get, take } = require('./pointer');

// The inputs under their own names, and a problem for each that was given twice with different values.
function normalizeInputs(action, values) {
  const inputs = blank();
  const keys = blank();
  const problems = [];
  const parameters = parametersOf(action, values);
  for (const [key, value] of Object.entries(parameters)) {
    const name = inputName(action, key);
    if (!inputOf(action, name) && isBodyDefault(action, parameters, key)) continue;
    const field = inputOf(action, name);
    const cleaned = field ? clean(value, field, action.inputs) : copy(value);
    if (field && cleaned === undefined) continue;
    if (Object.hasOwn(inputs, name) && !isSame(inputs[name], cleaned)) {
      const message = `“${keys[name]}” and “${key}” are the same field, but their values differ.`;
      problems.push({ field: name, rule: 'twice', message, hint: '' });
    }
    inputs[name] = cleaned;
    keys[name] = key;
  }
  for (const [name, declared] of fieldsOf(action.inputs)) {
    const { default: value } = resolve(action.inputs, declared);
    if (value !== undefined && value !== null && !Object.hasOwn(inputs, name)) inputs[name] = copy(value);
  }
  return { inputs, problems };
}

// What the caller should know about inputs that are right.
function inputWarnings(action, values) {
  const given = Object.entries(parametersOf(action, values))
    .map(([key, value]) => ({ field: inputOf(action, inputName(action, key)), key, value }))
    .filter(({ field }) => field);
  const labels = (some) => some.map(({ field, key }) => field.title || key).join(', ');
  const empty = given.filter(({ field, value }) => value === '' && !field['x-keep-empty']);
  const dynamic = given.filter(({ value }) => holdsExpression(value));
  return [
    ...(empty.length ? [`Empty fields are not sent, so they change nothing: ${labels(empty)}.`] : []),
    ...(dynamic.length ? [`Power Automate expressions are sent as they are: ${labels(dynamic)}.`] : []),
  ];
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

// The entries that are not empty. An empty row that has required fields stays, for validation to see it.
// An empty list is a value only where the definition says so, and then only one that was given empty.
function cleanList(values, field, schema) {
  const item = resolve(schema, field.items);
  const keepsEmpty = (item.required || []).length > 0 || !fieldsOf(item).length;
  const kept = values
    .map((value) => clean(unwrapped(value, item), item, schema))
    .filter((value) => value !== undefined && (keepsEmpty || !isEmptyObject(value)));
  return kept.length || (field['x-keep-empty'] && !values.length) ? kept : undefined;
}

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
    value = value === MISSING ? undefined : clean(value, inner, schema);
    if (value !== undefined) cleaned[name] = value;
  }
  for (const [key, value] of Object.entries(rest)) if (!isEmptyObject(value)) cleaned[key] = value;
  return cleaned;
}

module.exports = { inputWarnings, normalizeInputs };
