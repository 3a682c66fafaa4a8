'use strict';
// The body of inputs, written field by field as the definition says: what compiled writers are compared with.

const core = '../../connector/export/javascript/core';
const { applyBodyDefaults } = require(`${core}/body_defaults`);
const { fieldsOf, placed, pointersOf, resolve } = require(`${core}/field`);
const { FileValue } = require(`${core}/file_value`);
const { blank, copy, isObject } = require(`${core}/json`);
const { MISSING, get, put } = require(`${core}/pointer`);

// The body that the inputs make up, a JSON value with files in it; undefined when the action sends none.
function writtenBody(action, inputs) {
  const inBody = placed(action.inputs, action.inputs.properties).filter(([, field]) => field['x-in'] === 'body');
  const whole = inBody.find(([name, field]) => !field['x-spread'] && pointersOf(field, name)[0] === '');
  if (whole) {
    const [name, field] = whole;
    return Object.hasOwn(inputs, name) ? wire(field, inputs[name], action.inputs) : action.request.body ?? undefined;
  }
  if (!inBody.length && !action.request.body) return undefined;
  const body = copy(action.request.body || {});
  const bodyFields = placed(action.inputs, inputs).filter(([, field]) => field['x-in'] === 'body');
  for (const [name, field] of bodyFields) write(body, name, field, inputs[name], action.inputs);
  applyBodyDefaults(body, action.request.bodyDefaults || []);
  return body;
}

// Put a field's value where it belongs in the object of its row, or in the body.
function write(document, name, field, value, schema) {
  const place = pointersOf(field, name)[0];
  const onWire = wire(field, value, schema);
  if (!field['x-spread']) {
    put(document, place, onWire);
    return;
  }
  const target = place ? get(document, place) : document;
  if (target === MISSING) put(document, place, copy(onWire));
  else for (const [key, item] of Object.entries(onWire)) if (!Object.hasOwn(target, key)) target[key] = item;
}

// The value as the service wants it: rows get their nesting back, keyed rows become an object.
function wire(declared, value, schema) {
  const field = resolve(schema, declared);
  if (Array.isArray(value) && field.items) {
    const item = resolve(schema, field.items);
    return field['x-map-key'] ? keyed(field, item, value, schema) : value.map((entry) => wireItem(item, entry, schema));
  }
  return isObject(value) && fieldsOf(field).length ? wireRow(field, value, schema) : value;
}

// The rows as one object; the field that is the key is not repeated inside.
function keyed(field, item, rows, schema) {
  const [key, whole] = [field['x-map-key'], field['x-map-value']];
  const document = blank();
  for (const row of rows) {
    const { [key]: name, ...rest } = row;
    document[name] = whole ? rest[whole] ?? null : wireRow(item, rest, schema);
  }
  return document;
}

function wireItem(item, entry, schema) {
  if (item['x-text-for'] && typeof entry === 'string') return Object.fromEntries(item['x-text-for'].map((name) => [name, entry]));
  if (item['x-pointer'] === undefined || (isObject(entry) && !(entry instanceof FileValue))) return wire(item, entry, schema);
  const wrapped = blank();
  put(wrapped, pointersOf(item, '')[0], entry);
  return wrapped;
}

function wireRow(field, row, schema) {
  const document = blank();
  for (const [name, declared] of fieldsOf(field)) {
    if (Object.hasOwn(row, name)) write(document, name, resolve(schema, declared), row[name], schema);
  }
  return document;
}

module.exports = { writtenBody };
