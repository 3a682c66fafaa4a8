'use strict';
// From an HTTP response to named output fields. Every declared field is there, null where nothing was sent.

const { OutputError } = require('./errors');
const { fieldsOf, resolve } = require('./field');
const { fileJson, mediaType } = require('./file_value');
const { isObject } = require('./json');
const { unquoted } = require('./links');
const { fieldsReader } = require('./output_reader');
const { MISSING } = require('./pointer');

const TEXT = /^\s*(text\/|application\/([^;]*\+)?(xml|json|javascript|yaml)\b)/i;

// Objects and lists inside one another that a response may have. Whatever handles a deeper one may run out of stack.
const DEEPEST = 250;

const isSuccess = (status) => status >= 200 && status < 300;

// A response as the other modules see it: header names in lower case; `body` is its JSON value, null when it is empty,
// MISSING when it is not JSON. content: a text, or bytes of UTF-8.
function responseOf(status, headers, content) {
  const text = typeof content === 'string' ? content.replace(/^\ufeff/, '') : new TextDecoder().decode(content);
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  let body = null;
  try {
    if (/[^ \t\r\n]/.test(text)) body = parsed(text);
  } catch {
    body = MISSING;
  }
  return { status, headers: Object.fromEntries(named), content, text, body };
}

// The value of a JSON text. What some services send for a number that is none (NaN, Infinity) is not JSON, and nothing;
// a number too large to be one is nothing, too. A text that is nested too deeply is refused.
function parsed(text) {
  let json = text;
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    json = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?Infinity|NaN/gs, (token) => (token[0] === '"' ? token : 'null'));
    value = JSON.parse(json);
  }
  if (isTooDeep(value)) throw new RangeError('The JSON is nested too deeply.');
  const mayBeInfinite = /[0-9][eE]\+?[0-9]{2}|[0-9]{300}/.test(json);
  return mayBeInfinite ? JSON.parse(json, (_, each) => (each === Infinity || each === -Infinity ? null : each)) : value;
}

// Whether more than DEEPEST objects and lists are inside one another.
function isTooDeep(value) {
  let level = [value].filter(isContainer);
  for (let depth = 0; depth < DEEPEST && level.length; depth++) level = level.flatMap((outer) => Object.values(outer).filter(isContainer));
  return level.length > 0;
}

const isContainer = (value) => typeof value === 'object' && value !== null;

// The body as the JSON value of a file, named as Content-Disposition says; null if it is empty.
function fileOfResponse({ headers, content }) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return bytes.length ? fileJson(bytes, mediaType(headers['content-type'] || ''), filenameOf(headers['content-disposition'] || '')) : null;
}

// The name in a Content-Disposition (RFC 6266), without a path, which would be another computer's.
function filenameOf(disposition) {
  const extended = /filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(disposition);
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(disposition);
  const name = extended ? unquoted(extended[2], extended[1].toLowerCase() !== 'utf-8') : (plain?.[1] ?? plain?.[2] ?? '').replace(/\\(.)/g, '$1');
  const last = name.replace(/[\x00-\x1f\x7f]/g, '').split(/[/\\]/).pop();
  return /[^.]/.test(last) ? last : null;
}

// The declared output fields; throws an OutputError when they are read from a body that is not JSON, and none can have all of it.
function flatten(schema, response) {
  const fields = fieldsOf(schema).map(([name, field]) => [name, field['x-from'] ? field : resolve(schema, field)]);
  const inBody = fields.filter(([, field]) => (field['x-from'] || 'body') === 'body');
  const isJson = response.body !== MISSING;
  const whole = isJson ? [] : inBody.map(([name, field]) => [name, wholeBody(field, response)]).filter(([, value]) => value !== null);
  if (!isJson && inBody.length && !whole.length && !fields.some(([, field]) => field['x-from'] === 'text')) {
    const kind = /^[ \t\r\n]*</.test(response.text) ? 'a web page' : 'a body';
    throw new OutputError(`The service responded with ${response.status} and ${kind} that is not JSON.`);
  }
  if (!readers.has(schema)) readers.set(schema, fieldsReader(schema, inBody));
  const found = { ...readers.get(schema)(isJson ? response.body : null), ...Object.fromEntries(whole) };
  return Object.fromEntries(fields.map(([name, field]) => [name, output(name, field, response, found, schema)]));
}

// The value of a body that is not JSON for an output that is all of it: its text, or a file; null where it can be neither.
function wholeBody(field, response) {
  if (field['x-pointer'] !== '' || field.properties) return null;
  const kinds = [field.type].flat();
  const isText = TEXT.test(response.headers['content-type'] ?? 'text/plain');
  if (kinds.includes('string') && (isText || !kinds.includes('object'))) return response.text;
  return isText || !kinds.includes('object') ? null : fileOfResponse(response);
}

const readers = new WeakMap();

function output(name, declared, response, found, schema) {
  const from = declared['x-from'];
  if (from === 'text') return response.text || null;
  if (from === 'binary') return fileOfResponse(response);
  if (from === 'status') return response.status;
  if (from === 'success') return isSuccess(response.status);
  return found[name] ?? resolve(schema, declared).default ?? null;
}

// Whether the body is an object with something in it, and none of the outputs that are read from it is there.
function isElsewhere(schema, response, outputs) {
  const read = fieldsOf(schema).filter(([, field]) => (field['x-from'] || 'body') === 'body');
  const isFilled = isObject(response.body) && Object.keys(response.body).length > 0;
  return isFilled && read.length > 0 && read.every(([name]) => outputs[name] === null);
}

module.exports = { flatten, isElsewhere, isSuccess, responseOf };
