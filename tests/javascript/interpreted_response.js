'use strict';
// The outputs of a response, read field by field as the definition says: what compiled readers are compared with.

const core = '../../connector/export/javascript/core';
const { fieldsOf, pointersOf, resolve, typesOf } = require(`${core}/field`);
const { isObject, isOfType } = require(`${core}/json`);
const { MISSING, get } = require(`${core}/pointer`);
const { isSuccess } = require(`${core}/response`);

const readOutputs = (schema, response) =>
  Object.fromEntries(fieldsOf(schema).map(([name, field]) => [name, output(name, field, response, schema)]));

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

module.exports = { readOutputs };
