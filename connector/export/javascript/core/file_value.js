'use strict';
// A file among the inputs or outputs: bytes with a content type and a name. As JSON it is
// `{"$content-type": "image/png", "$content": "<base64>", "$filename": "cat.png"}`; a host may hand over `$content` as bytes.

const { BLANKS, stripped } = require('./blanks');
const { fieldsOf, resolve } = require('./field');
const { isObject } = require('./json');
const { mediaTypeOfName } = require('./media_types');
const { show } = require('./messages');

const OCTET_STREAM = 'application/octet-stream';
const CONTENT_TYPE = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+*-]+(?:\s*;[ -~]*)?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/; // In fours. A group that repeats would run out of stack in a text of megabytes.
const HINT = 'As JSON, a file is {"$content-type": "image/png", "$content": "<base64>"}.';
const PIECE = 0x8000; // Bytes that become a text at once: a function takes only so many arguments.

class FileValue {
  constructor(bytes, contentType, filename) {
    this.bytes = bytes;
    this.contentType = contentType || mediaTypeOfName(filename || '') || OCTET_STREAM;
    this.filename = filename;
  }

  // In a JSON body a file is its base64.
  toJSON() {
    return base64Of(this.bytes);
  }
}

function base64Of(bytes) {
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE) text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  return btoa(text);
}

function bytesOfBase64(text) {
  const chars = atob(text);
  const bytes = new Uint8Array(chars.length);
  for (let at = 0; at < chars.length; at += 1) bytes[at] = chars.charCodeAt(at);
  return bytes;
}

// The media type that a text is; that of bytes if it is none.
const mediaType = (text) => (CONTENT_TYPE.test(stripped(text)) ? stripped(text) : OCTET_STREAM);

// The JSON value of a file.
function fileJson(bytes, contentType, filename) {
  return { '$content-type': contentType || OCTET_STREAM, ...(filename ? { $filename: filename } : {}), $content: base64Of(bytes) };
}

// The file that a value describes; what is wrong with it is a text.
function fileOf(value) {
  if (value instanceof FileValue) return value;
  const names = isObject(value) ? Object.keys(value) : [];
  if (!names.includes('$content') || names.some((name) => !['$content', '$content-type', '$filename'].includes(name))) {
    return 'is not a file';
  }
  const isBytes = ArrayBuffer.isView(value.$content);
  for (const name of names) {
    if (isBytes && name === '$content') continue;
    const part = value[name] ?? (name === '$content' ? undefined : '');
    if (typeof part !== 'string') return `${name} must be text`;
    if (!part.isWellFormed()) return `${name} contains an incomplete character`;
  }
  const contentType = value['$content-type'];
  if (contentType && !CONTENT_TYPE.test(contentType)) return '$content-type is not a media type, such as image/png';
  if (isBytes) return new FileValue(value.$content, contentType, value.$filename);
  const content = value.$content.split(BLANKS).join('');
  return content.length % 4 === 0 && BASE64.test(content) ? new FileValue(bytesOfBase64(content), contentType, value.$filename) : '$content is not valid base64';
}

const known = new WeakMap();

// Whether any field of a schema is a file; looked for once, so that inputs without one need no walk.
function hasFiles(schema) {
  if (!known.has(schema)) known.set(schema, [schema, ...Object.values(schema.$defs || {})].some(holdsFile));
  return known.get(schema);
}

const holdsFile = (field) =>
  field['x-file'] === true || (field.items !== undefined && holdsFile(field.items)) || fieldsOf(field).some(([, inner]) => holdsFile(inner));

// The inputs with a file value for each file that is right, and a problem for each that is not.
function readFiles(schema, inputs) {
  const problems = [];
  if (!hasFiles(schema)) return { inputs, problems };
  const read = (field, value, place, label) => {
    const file = fileOf(value);
    if (typeof file !== 'string') return file;
    problems.push(problemOf(field, value, place, label, file));
    return value;
  };
  return { inputs: mapped(schema, inputs, read), problems };
}

// The inputs with an empty object for each file, right or wrong, for the validator.
const withoutFiles = (schema, inputs) => (hasFiles(schema) ? mapped(schema, inputs, () => ({})) : inputs);

function problemOf(field, value, place, label, message) {
  const made = (text) => ({ field: place, rule: 'file', message: text, hint: HINT });
  if (!isObject(value)) return made(`${label} must be a file, not ${show(value, field.writeOnly === true)}.`);
  return made(message === 'is not a file' ? `${label} is not a file.` : `${label}: ${message}.`);
}

// The inputs with every value of a file field changed.
function mapped(schema, inputs, change) {
  const walk = (declared, value, place, label) => {
    const field = resolve(schema, declared);
    if (field['x-file']) return change(field, value, place, label);
    if (Array.isArray(value) && field.items) {
      const word = fieldsOf(resolve(schema, field.items)).length ? 'row' : 'item';
      return value.map((item, at) => walk(field.items, item, `${place}[${at}]`, `${label}, ${word} ${at + 1}`));
    }
    if (!isObject(value) || !fieldsOf(field).length) return value;
    return each(value, field.properties, (inner, item, name) => walk(inner, item, `${place}.${name}`, `${label}, ${inner.title || name}`));
  };
  return each(inputs, schema.properties, (field, value, name) => walk(field, value, name, resolve(schema, field).title || name));
}

const each = (values, fields, change) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Object.hasOwn(fields, name) ? change(fields[name], value, name) : value]),
  );

module.exports = { FileValue, OCTET_STREAM, fileJson, mediaType, readFiles, withoutFiles };
