'use strict';
// What is wrong with a value, in the sentences of the Python runtime (connector/validation/messages.py).

const { FORMATS } = require('./formats');
const { isObject, readable } = require('./json');
const { nearest } = require('./nearest');
const { printable } = require('./secrets');

const LONGEST_QUOTE = 40;
const MOST_NAMES = 12;

const TYPES = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'empty',
};

// The problem of a value that breaks `rule`. subject: key, label, where, secret, example.
function sentence(rule, subject, expected, value) {
  const [message, hint] = (SENTENCES[rule] || notAsDeclared)(subject, expected, value);
  return { field: subject.key, rule, message, hint };
}

// A value as it appears in a sentence: quoted, short, without control characters, never a secret.
function show(value, secret = false) {
  if (secret) return TYPES[typeOf(value)] || 'another value';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Math.abs(value) < 10 ** LONGEST_QUOTE ? `the number ${value}` : 'a very long number';
  return Array.isArray(value) ? 'a list' : 'an object';
}

// The JSON type of a value, as a schema names it.
function typeOf(value) {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return value === null ? 'null' : typeof value;
}

function quoted(text) {
  const characters = [...printable(text)];
  const short = characters.length <= LONGEST_QUOTE ? characters : [...characters.slice(0, LONGEST_QUOTE - 1), '…'];
  return `“${short.join('')}”`;
}

const nameOf = (subject) => (subject.where ? `${subject.where}, ${subject.label}` : subject.label);

function exampleOf({ example, secret }) {
  if (example === undefined || example === null || secret) return '';
  return `For example: ${typeof example === 'string' ? example : readable(example)}`;
}

function wrongType(subject, expected, value) {
  const kinds = [expected].flat().filter((kind) => kind !== 'null').map((kind) => TYPES[kind]);
  const shown = show(value, subject.secret);
  return [`${nameOf(subject)} must be ${kinds.join(' or ')}, not ${shown}.`, exampleOf(subject)];
}

function unknown(subject, names) {
  const inside = subject.where ? ` in ${subject.where}` : '';
  const [close] = nearest(subject.label, names);
  const meant = close ? ` Did you mean “${close}”?` : '';
  const hint = close ? '' : `Available fields: ${some(names)}.`;
  return [`Unknown field ${quoted(subject.label)}${inside}.${meant}`, hint];
}

// The first names of a list that may be too long to read.
const some = (names) =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

function notListed(subject, expected, value) {
  const choices = expected.filter((choice) => choice !== null).join(', ');
  const [close] = typeof value === 'string' ? nearest(value, expected.map(String)) : [];
  const message = `${nameOf(subject)} must be one of ${choices}, not ${show(value, subject.secret)}.`;
  return [message, close === undefined ? '' : `Did you mean ${close}?`];
}

const wrongFormat = (subject, expected, value) => [
  `${nameOf(subject)} must be ${FORMATS[expected][1]}, not ${show(value, subject.secret)}.`,
  '',
];

const bound = (words) => (subject, expected, value) => {
  const size = sizeOf(value);
  const found = size === null ? `it is ${show(value, subject.secret)}` : `it has ${size}`;
  return [`${nameOf(subject)} must ${words.replace('{}', expected)}; ${found}.`, exampleOf(subject)];
};

// Characters of a text, entries of a list, names in an object; null for other values.
function sizeOf(value) {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : null;
}

const notAsDeclared = (subject, _, value) => [
  `${nameOf(subject)} does not have the expected format: ${show(value, subject.secret)}.`,
  exampleOf(subject),
];

const plain = (words, hint = '') => (subject) => [`${nameOf(subject)} ${words}`, hint];

const SENTENCES = {
  required: (subject) => [`${nameOf(subject)} is required.`, exampleOf(subject)],
  type: wrongType,
  unknown,
  enum: notListed,
  const: (subject, expected, value) => notListed(subject, [expected], value),
  format: wrongFormat,
  minLength: bound('have at least {} characters'),
  maxLength: bound('have at most {} characters'),
  minItems: bound('have at least {} entries'),
  maxItems: bound('have at most {} entries'),
  minProperties: bound('have at least {} values'),
  maxProperties: bound('have at most {} values'),
  minimum: bound('be {} or more'),
  maximum: bound('be {} or less'),
  exclusiveMinimum: bound('be more than {}'),
  exclusiveMaximum: bound('be less than {}'),
  uniqueItems: plain('contains the same entry more than once.'),
  encoding: plain('contains an incomplete character (a lone surrogate) that cannot be sent.'),
  finite: plain('must be a finite number; infinity and NaN cannot be sent.'),
  header: plain(
    'can contain only plain letters, digits, spaces and punctuation, no line breaks or accents.',
    'It is sent in a request header.',
  ),
  json: plain('contains a value that is not JSON and cannot be sent.'),
  expression: plain('contains an expression that only works inside a flow.', 'Replace it with a value.'),
  path: plain('cannot be “.” or “..”.', 'Servers read these as parts of the URL.'),
};

module.exports = { sentence, show, sizeOf };
