'use strict';
// JSON Pointers (RFC 6901): where a value stands in a document. Writing makes the objects on the way.

const MISSING = Symbol('missing');

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// Without a prototype, so that a key such as __proto__ is a key like any other.
const blank = () => Object.create(null);

const parse = (pointer) =>
  pointer === '' ? [] : pointer.slice(1).split('/').map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));

const join = (tokens) => tokens.map((token) => '/' + token.replace(/~/g, '~0').replace(/\//g, '~1')).join('');

function get(document, pointer) {
  let value = document;
  for (const token of parse(pointer)) {
    if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else if (Array.isArray(value) && /^\d+$/.test(token) && Number(token) < value.length) value = value[Number(token)];
    else return MISSING;
  }
  return value;
}

function put(document, pointer, value) {
  const tokens = parse(pointer);
  const last = tokens.pop();
  let place = document;
  for (const token of tokens) {
    if (!Object.hasOwn(place, token)) place[token] = blank();
    place = place[token];
    if (!isObject(place)) throw new TypeError(`${pointer}: “${token}” is not an object.`);
  }
  place[last] = value;
}

// A deep copy whose objects have no prototype; dates and the like become what JSON makes of them.
function copy(value) {
  if (Array.isArray(value)) return value.map(copy);
  if (!isObject(value)) return value;
  if (typeof value.toJSON === 'function') return copy(value.toJSON());
  const twin = blank();
  for (const [key, inner] of Object.entries(value)) twin[key] = copy(inner);
  return twin;
}

const isSame = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const twin = blank();
  for (const key of Object.keys(value).sort()) twin[key] = sorted(value[key]);
  return twin;
}

module.exports = { MISSING, blank, copy, get, isObject, isSame, join, parse, put };
