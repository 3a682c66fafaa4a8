'use strict';
// From an HTTP response to named output fields. Every declared field is there, null where nothing was sent.

const { OutputError } = require('./errors');
const { fieldsOf, resolve } = require('./field');
const { fieldsReader } = require('./output_reader');
const { MISSING } = require('./pointer');

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
  if (!readers.has(schema)) {
    const inBody = fields.filter(([, field]) => (field['x-from'] || 'body') === 'body');
    readers.set(schema, fieldsReader(schema, inBody.map(([name, field]) => [name, resolve(schema, field)])));
  }
  const found = readers.get(schema)(response.body);
  return Object.fromEntries(fields.map(([name, field]) => [name, output(name, field, response, found, schema)]));
}

const readers = new WeakMap();

function output(name, declared, response, found, schema) {
  const from = declared['x-from'];
  if (from === 'text') return response.text || null;
  if (from === 'status') return response.status;
  if (from === 'success') return isSuccess(response.status);
  return found[name] ?? resolve(schema, declared).default ?? null;
}

module.exports = { flatten, isSuccess, responseOf };
