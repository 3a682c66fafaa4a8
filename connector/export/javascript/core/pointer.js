'use strict';
// JSON Pointers (RFC 6901): where a value is in a document. Writing makes the objects on the way.

const { blank, isObject } = require('./json');

const MISSING = Symbol('missing');

const MOST_PARSED = 4096;
const parsed = new Map();

// The names and places on the way of a pointer; those of definitions come again and again.
function parse(pointer) {
  const known = parsed.get(pointer);
  if (known !== undefined) return known;
  const tokens = pointer === '' ? [] : pointer.slice(1).split('/').map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
  if (parsed.size < MOST_PARSED) parsed.set(pointer, Object.freeze(tokens));
  return tokens;
}

const join = (tokens) => tokens.map((token) => '/' + String(token).replace(/~/g, '~0').replace(/\//g, '~1')).join('');

// The value at `pointer`, or MISSING.
const get = (document, pointer) => getAt(document, parse(pointer));

// The same, where the pointer was parsed before.
function getAt(document, tokens) {
  let value = document;
  for (const token of tokens) {
    if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else if (Array.isArray(value) && /^\d+$/.test(token) && Number(token) < value.length) value = value[Number(token)];
    else return MISSING;
  }
  return value;
}

function put(document, pointer, value) {
  const tokens = [...parse(pointer)];
  const last = tokens.pop();
  let place = document;
  for (const token of tokens) {
    if (!Object.hasOwn(place, token)) place[token] = blank();
    place = place[token];
    if (!isObject(place)) throw new TypeError(`${pointer}: “${token}” is not an object.`);
  }
  place[last] = value;
}

// Remove and return the value at `pointer`, with the objects that are left empty; MISSING where there is none.
function take(document, pointer) {
  const tokens = [...parse(pointer)];
  const last = tokens.pop() ?? '';
  const way = [document];
  for (const token of tokens) {
    const inside = way[way.length - 1];
    if (!isObject(inside) || !Object.hasOwn(inside, token)) return MISSING;
    way.push(inside[token]);
  }
  const inside = way[way.length - 1];
  if (!isObject(inside) || !Object.hasOwn(inside, last)) return MISSING;
  const value = inside[last];
  delete inside[last];
  for (let depth = tokens.length; depth > 0; depth -= 1) {
    if (Object.keys(way[depth]).length === 0) delete way[depth - 1][tokens[depth - 1]];
  }
  return value;
}

module.exports = { MISSING, get, getAt, join, parse, put, take };
