'use strict';
// JSON values: objects told from lists, deep copies, comparison, and how a value is written in a sentence.

// Bytes are none: nobody goes through a file of megabytes as if each byte were a field.
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value) && !ArrayBuffer.isView(value);

// An object without a prototype, in which `__proto__` is a key like any other.
const blank = () => Object.create(null);

const isEmptyObject = (value) => isObject(value) && Object.keys(value).length === 0;

// A deep copy; dates and the like become what JSON makes of them.
function copy(value) {
  if (Array.isArray(value)) return value.map(copy);
  if (!isObject(value)) return value;
  if (typeof value.toJSON === 'function') return copy(value.toJSON());
  const twin = blank();
  for (const [key, inner] of Object.entries(value)) twin[key] = copy(inner);
  return twin;
}

// Whether two JSON values are equal; the order of an object's keys does not matter.
function isSame(one, other) {
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((value, at) => isSame(value, other[at]));
  }
  if (!isObject(one)) return Object.is(one, other) || one === other;
  if (!isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

// The value as JSON with a blank after commas and colons, for people.
function readable(value) {
  if (Array.isArray(value)) return `[${value.map(readable).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${readable(inner)}`);
  return `{${pairs.join(', ')}}`;
}

const IS_TYPE = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
  null: (value) => value === null,
};

// Whether the value is of one of these JSON types; of any when there are none.
const isOfType = (types, value) => !types.length || types.some((type) => IS_TYPE[type](value));

module.exports = { blank, copy, isEmptyObject, isObject, isOfType, isSame, readable };
