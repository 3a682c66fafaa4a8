'use strict';
// From an HTTP response to named output fields. Every declared field is there, null where nothing was sent.

const { OutputError } = require('./errors');
const { fieldsOf, pointersOf, resolve, typesOf } = require('./field');
const { isObject, isOfType } = require('./json');
const { MISSING, get } = require('./pointer');

const isSuccess = (status) => status >= 200 && status < 300;

// A response as the other modules see it: header names in lower case; `body` is its JSON value, null when it is empty,
// MISSING when it is not JSON. content: a text, or bytes of UTF-8.
function responseOf(status, headers, content) {
  const text = typeof content === 'string' ? content.replace(/^\ufeff/, '') : new TextDecoder().decode(content);
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  let body = null;
  try {
    if (text.trim()) body = JSON.parse(text);
  } catch {
    body = MISSING;
  }
  return { status, headers: Object.fromEntries(named), text, body };
}

// The declared output fields; throws an OutputError when they are read from a body that is not JSON.
function flatten(schema, response) {
  const fields = fieldsOf(schema);
  if (response.body === MISSING && fields.some(([, field]) => (field['x-from'] || 'body') === 'body')) {
    const kind = response.text.trimStart().startsWith('<') ? 'a web page' : 'a body';
    throw new OutputError(`The service responded with ${response.status} and ${kind} that is not JSON.`);
  }
  return Object.fromEntries(fields.map(([name, field]) => [name, output(name, field, response, schema)]));
}

function output(name, declared, response, schema) {
  const from = declared['x-from'];
  if (from === 'text') return response.text || null;
  if (from === 'status') return response.status;
  if (from === 'success') return isSuccess(response.status);
  const field = resolve(schema, declared);
  return read(name, field, response.body, schema) ?? field.default ?? null;
}

// The value of a field: the first of its places whose value fits, as rows, a time, or just as it is.
function read(name, field, document, schema) {
  let found = null;
  for (const place of pointersOf(field, name)) {
    const value = get(document, place);
    if (value === MISSING || value === null) continue;
    const shaped = shape(field, value, schema);
    if (isOfType(typesOf(field), shaped)) return shaped;
    found ??= shaped;
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

const row = (item, entry, schema) =>
  Object.fromEntries(fieldsOf(item).map(([name, field]) => [name, read(name, resolve(schema, field), entry, schema)]));

function keyedRow(field, item, key, entry, schema) {
  const named = { [field['x-map-key']]: key };
  return field['x-map-value'] ? { ...named, [field['x-map-value']]: entry } : { ...row(item, entry, schema), ...named };
}

module.exports = { flatten, isSuccess, responseOf };
