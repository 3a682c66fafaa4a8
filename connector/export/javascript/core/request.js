'use strict';
// From checked inputs to an HTTP request. Where a value goes is data; this module only follows it.

const { contentOf, contentTypeOf, encodingOf } = require('./body');
const { applyBodyDefaults } = require('./body_defaults');
const { writersOf } = require('./body_writer');
const { InputError } = require('./errors');
const { fieldsOf, placed, pointersOf } = require('./field');
const { copy } = require('./json');
const { join } = require('./pointer');
const { headersOf, merged, queryOf, urlOf } = require('./templates');
const { isJoined, joinedText, queryPairs } = require('./value_text');

// The request of an action, without secrets: method, url, headers, encoding, body (undefined for none), and the headers that
// templates make with secrets: texts with the names of fields of the connection between them.
// url: that of a next page, which takes the place of path and query; boundary: the line between the parts of a form.
function buildRequest(action, inputs, endpoint, { url, boundary = '' } = {}) {
  const template = action.request;
  const query = queryOf(action, inputs, endpoint);
  const { headers: templated, secretHeaders } = headersOf(action, inputs, endpoint);
  const headers = merged({ Accept: acceptOf(action) }, templated);
  for (const [name, field] of placed(action.inputs, inputs)) {
    const wireName = field['x-name'] || name;
    if (field['x-in'] === 'query') query.push(...queryPairs(wireName, field, inputs[name]));
    if (field['x-in'] === 'header') headers[wireName] = joinedText(field, inputs[name], (text) => text);
  }
  const body = bodyOf(action, inputs);
  if (body !== undefined) headers['Content-Type'] = contentTypeOf(template, body, boundary);
  // A URL of the service has no name of a secret.
  const next = url?.replaceAll('{', '%7B').replaceAll('}', '%7D');
  const whole = next ?? urlOf(action, inputs, endpoint) + (query.length ? `?${query.join('&')}` : '');
  return { method: template.method, url: whole, headers, secretHeaders, encoding: encodingOf(template), boundary, body };
}

// The Accept header of an action's requests.
const acceptOf = (action) => action.request.accept || accepted(action.outputs);

// What the response may be, where the definition does not say.
const accepted = (outputs) => (fieldsOf(outputs).some(([, field]) => field['x-from'] === 'binary') ? '*/*' : 'application/json');

// The body that the inputs make up, a JSON value with files in it; undefined when the action sends none.
function bodyOf(action, inputs) {
  const { whole, fields } = writersOf(action.inputs);
  if (whole) return Object.hasOwn(inputs, whole[0]) ? whole[1](inputs[whole[0]]) : action.request.body ?? undefined;
  if (!fields.length && !action.request.body) return undefined;
  const body = copy(action.request.body || {});
  for (const [name, field, write] of fields) {
    if (Object.hasOwn(inputs, name)) write(body, formed(action, field, inputs[name]));
  }
  if (action.request.optionalBody && !Object.keys(body).length) return undefined;
  applyBodyDefaults(body, action.request.bodyDefaults || []);
  return body;
}

// A list in a form as one text, where its field says so.
function formed(action, field, value) {
  const joined = Array.isArray(value) && isJoined(field) && ['form', 'multipart'].includes(encodingOf(action.request));
  return joined ? joinedText(field, value, (text) => text) : value;
}

// Where a free-form object whose keys are sent beside other fields names a key that one of them fills.
function collisions(action, inputs) {
  const fields = placed(action.inputs, inputs);
  const problems = [];
  for (const [name, field] of fields) {
    if (!field['x-spread']) continue;
    const value = inputs[name];
    const keys = field['x-map-key'] ? value.map((row) => row[field['x-map-key']]) : Object.keys(value);
    for (const key of keys) {
      const place = pointersOf(field, name)[0] + join([key]);
      const other = fields.find(([otherName, one]) => {
        const at = pointersOf(one, otherName)[0];
        return !one['x-spread'] && (at === place || at.startsWith(`${place}/`));
      });
      if (!other) continue;
      const message = `${field.title || name} names “${key}”, which is also filled in under ${other[1].title}.`;
      problems.push({ field: name, rule: 'twice', message, hint: 'Fill in one of the two.' });
    }
  }
  return problems;
}

// Refuse what the service or a server on the way would not take.
function checkSize(limits, request) {
  const tooLarge = (message) => new InputError('The inputs are too large.', [{ field: '', rule: 'size', message, hint: '' }]);
  if (request.url.length > limits.urlCharacters) {
    throw tooLarge('The inputs in the URL are too long for one request.');
  }
  if (bytesOf(contentOf(request) ?? '') > limits.requestBytes) {
    throw tooLarge(`The inputs make a request of more than ${Math.floor(limits.requestBytes / 1_000_000)} MB.`);
  }
}

// How many bytes a text has in UTF-8, or bytes have.
function bytesOf(content) {
  if (typeof content !== 'string') return content.length;
  let bytes = 0;
  for (const char of content) {
    const code = char.codePointAt(0);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

module.exports = { acceptOf, bodyOf, buildRequest, bytesOf, checkSize, collisions };
