'use strict';
// From the value of a body to what is sent: JSON, a form, multipart, text or a file.

const { FileValue, OCTET_STREAM } = require('./file_value');
const { isObject } = require('./json');
const { encoded, textOf } = require('./value_text');

const CONTENT_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  text: 'text/plain; charset=utf-8',
  binary: OCTET_STREAM,
};

const encodingOf = (template) => template.encoding || 'json';

// The Content-Type of a body; in multipart it names the line between the parts.
function contentTypeOf(template, body, boundary) {
  const encoding = encodingOf(template);
  if (encoding === 'binary' && !template.contentType && body instanceof FileValue) return body.contentType;
  const declared = template.contentType || CONTENT_TYPES[encoding];
  return encoding === 'multipart' ? `${declared}; boundary=${boundary}` : declared;
}

// What is sent for a body: a text, or bytes; undefined for none.
function contentOf({ encoding, boundary, body }) {
  if (body === undefined) return undefined;
  if (encoding === 'form') return formFields(body).map(([name, value]) => `${plus(name)}=${plus(textOf(value))}`).join('&');
  if (encoding === 'multipart') return joined(multipart(body, boundary));
  if (encoding === 'text' || encoding === 'binary') return body instanceof FileValue ? body.bytes : textOf(body);
  return JSON.stringify(body);
}

const plus = (text) => encoded(text).replaceAll('%20', '+');

// The names and values of a form; a name that has a list comes once for each of its values.
const formFields = (body) => Object.entries(body).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));

// Names are escaped as browsers do (WHATWG HTML, 4.10.21.8).
const escaped = (name) => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

// The parts of a form (RFC 7578): texts and bytes.
function* multipart(body, boundary) {
  for (const [name, value] of formFields(body)) {
    let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
    if (value instanceof FileValue) head += `; filename="${escaped(value.filename || 'file')}"\r\nContent-Type: ${value.contentType}`;
    else if (isObject(value) || Array.isArray(value)) head += '\r\nContent-Type: application/json';
    yield `${head}\r\n\r\n`;
    yield value instanceof FileValue ? value.bytes : textOf(value);
    yield '\r\n';
  }
  yield `--${boundary}--\r\n`;
}

function joined(parts) {
  const encoder = new TextEncoder();
  const all = [...parts].map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const made = new Uint8Array(all.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of all) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

module.exports = { contentOf, contentTypeOf, encodingOf };
