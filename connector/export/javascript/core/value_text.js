'use strict';
// Values as text, in a URL, a header or a form: outside JSON there are no types and no lists.

const { FileValue } = require('./file_value');

// What is between the values of a list that is written as one text.
const SEPARATORS = { csv: ',', ssv: ' ', pipes: '|' };

// A value as text: a text as it is, a file as its base64, anything else as JSON.
function textOf(value) {
  if (value instanceof FileValue) return value.toJSON();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// Everything but letters, digits and _.-~ is encoded (RFC 3986).
const encoded = (value) =>
  encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const isJoined = (field) => Object.hasOwn(SEPARATORS, field['x-array-style'] || '');

// A value as one segment of a path, encoded.
const pathText = (field, value) => again(field, joinedText(field, value, encoded));

// Encoded pairs: one for each value of a list, unless they are joined.
function queryPairs(name, field, value) {
  const texts = Array.isArray(value) && !isJoined(field) ? value.map((one) => encoded(textOf(one))) : [joinedText(field, value, encoded)];
  return texts.map((text) => `${encoded(name)}=${again(field, text)}`);
}

// A value as one text; those of a list are encoded one by one, so that a separator in them stays theirs.
function joinedText(field, value, encode) {
  if (!Array.isArray(value)) return encode(textOf(value));
  const separator = SEPARATORS[field['x-array-style']] || ',';
  return value.map((one) => encode(textOf(one))).join(separator === ',' ? ',' : encode(separator));
}

// An encoded text, encoded once more where the service decodes it twice.
const again = (field, text) => (field['x-ms-url-encoding'] === 'double' ? encoded(text) : text);

module.exports = { encoded, isJoined, joinedText, pathText, queryPairs, textOf };
