'use strict';
// From an HTTP answer to named output fields. Every declared field is there, null where nothing was sent.

const { MISSING, get, isObject } = require('./pointer');
const { fieldsOf, pointersOf, resolve, typesOf } = require('./field');
const { ActionError } = require('./errors');

// An answer as the other modules see it; header names are lower case, `body` is MISSING when it is not JSON.
function answer(status, headers, text) {
  let body = null;
  try {
    if (text.trim()) body = JSON.parse(text);
  } catch {
    body = MISSING;
  }
  return { status, headers, text, body };
}

function flatten(schema, response) {
  const fields = Object.entries(schema.properties);
  if (response.body === MISSING && fields.some(([, field]) => (field['x-from'] || 'body') === 'body')) {
    const kind = response.text.trimStart().startsWith('<') ? 'a web page' : 'something';
    const words = `The service answered ${response.status} with ${kind} that is not JSON.`;
    throw new ActionError('output', words, { status: response.status });
  }
  return Object.fromEntries(fields.map(([name, field]) => [name, output(name, field, response, schema)]));
}

function output(name, field, response, schema) {
  if (field['x-from'] === 'text') return response.text || null;
  if (field['x-from'] === 'status') return response.status;
  if (field['x-from'] === 'success') return response.status >= 200 && response.status < 300;
  const resolved = resolve(schema, field);
  return read(name, resolved, response.body, schema) ?? resolved.default ?? null;
}

// The value of a field: the first of its places whose value fits, as rows, a time, or just as it is.
function read(name, field, document, schema) {
  let found = null;
  for (const place of pointersOf(field, name)) {
    const value = get(document, place);
    if (value === MISSING || value === null) continue;
    const shaped = shape(field, value, schema);
    if (fits(field, shaped)) return shaped;
    if (found === null) found = shaped;
  }
  // Alternatives exist because the service has several forms; a value of none of them is nobody's.
  return Array.isArray(field['x-pointer']) ? null : found;
}

function shape(field, value, schema) {
  if (field['x-time'] && typeof value === 'number') return isoTime(value);
  if (!field.items) return value;
  const item = resolve(schema, field.items);
  if (field['x-map-key'] && isObject(value)) {
    return Object.entries(value).map(([key, entry]) => keyedRow(field, item, key, entry, schema));
  }
  return Array.isArray(value) ? value.map((entry) => itemOf(item, entry, schema)) : value;
}

// 2026-11-22T08:00:00.000Z for milliseconds since 1970; null when no calendar of four digits has such a date.
function isoTime(milliseconds) {
  const moment = new Date(milliseconds);
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999 ? moment.toISOString() : null;
}

function itemOf(item, entry, schema) {
  if (fieldsOf(item).length && typesOf(item).includes('object')) return row(item, entry, schema);
  return item['x-pointer'] === undefined ? entry : read('', item, entry, schema);
}

function row(item, entry, schema) {
  return Object.fromEntries(fieldsOf(item).map(([name, field]) => [name, read(name, resolve(schema, field), entry, schema)]));
}

function keyedRow(field, item, key, entry, schema) {
  const named = { [field['x-map-key']]: key };
  return field['x-map-value'] ? { ...named, [field['x-map-value']]: entry } : { ...row(item, entry, schema), ...named };
}

const KINDS = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
  null: (value) => value === null,
};

function fits(field, value) {
  const types = typesOf(field);
  return !types.length || types.some((type) => KINDS[type](value));
}

module.exports = { answer, flatten };
