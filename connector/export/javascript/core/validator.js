'use strict';
// Whether values are what their JSON Schema says: every problem at once, in the order of the form.

const { fieldsOf, resolve } = require('./field');
const { inFormOrder } = require('./form_order');
const { isExpression } = require('./flow_action');
const { FORMATS } = require('./formats');
const { isObject, isOfType, isSame } = require('./json');
const { sentence, sizeOf } = require('./messages');
const { accepts } = require('./quick_check');

const isText = (value) => typeof value === 'string';
const isNumber = (value) => typeof value === 'number';
const only = (isMeant, isKept) => (value, expected, schema) => !isMeant(value) || isKept(value, expected, schema);

// Keyword: whether a value keeps it.
const KEEPS = {
  type: (value, expected) => isOfType([expected].flat(), value),
  enum: (value, expected) => expected.some((choice) => isSame(choice, value)),
  const: (value, expected) => isSame(expected, value),
  // A text that maxLength reports is not searched: the definition's check bounds the time by that length.
  pattern: only(isText, (value, expected, { maxLength = Infinity }) =>
    sizeOf(value) > maxLength || new RegExp(expected, 'u').test(value)),
  format: only(isText, (value, expected) => !Object.hasOwn(FORMATS, expected) || FORMATS[expected][0](value)),
  minLength: only(isText, (value, limit) => sizeOf(value) >= limit),
  maxLength: only(isText, (value, limit) => sizeOf(value) <= limit),
  minItems: only(Array.isArray, (value, limit) => value.length >= limit),
  maxItems: only(Array.isArray, (value, limit) => value.length <= limit),
  uniqueItems: only(Array.isArray, (value, isUnique) => !isUnique || !hasTwice(value)),
  minProperties: only(isObject, (value, limit) => sizeOf(value) >= limit),
  maxProperties: only(isObject, (value, limit) => sizeOf(value) <= limit),
  // Written so that a value that is not a number breaks none of them: another rule reports it.
  minimum: only(isNumber, (value, limit) => !(value < limit)),
  maximum: only(isNumber, (value, limit) => !(value > limit)),
  exclusiveMinimum: only(isNumber, (value, limit) => !(value <= limit)),
  exclusiveMaximum: only(isNumber, (value, limit) => !(value >= limit)),
};

// Keyword: the violations inside a value.
const INSIDE = {
  $ref: (root, name, value, path) => violations(root, root.$defs[name.slice('#/$defs/'.length)], value, path),
  items: function* items(root, inner, value, path) {
    if (!Array.isArray(value)) return;
    for (const [place, entry] of value.entries()) yield* violations(root, inner, entry, [...path, place]);
  },
  properties: function* properties(root, fields, value, path) {
    if (!isObject(value)) return;
    for (const [name, inner] of Object.entries(fields)) {
      if (Object.hasOwn(value, name)) yield* violations(root, inner, value[name], [...path, name]);
    }
  },
  required: function* required(root, names, value, path) {
    if (!isObject(value)) return;
    for (const name of names) if (!Object.hasOwn(value, name)) yield { rule: 'required', path: [...path, name] };
  },
  additionalProperties: function* additionalProperties(root, inner, value, path, schema) {
    if (!isObject(value) || inner === true) return;
    const others = Object.keys(value).filter((name) => !Object.hasOwn(schema.properties || {}, name));
    if (inner === false) for (const name of others.sort(byCodePoint)) yield { rule: 'unknown', path: [...path, name] };
    else for (const name of others) yield* violations(root, inner, value[name], [...path, name]);
  },
};

function* violations(root, schema, value, path) {
  for (const [keyword, expected] of Object.entries(schema)) {
    if (KEEPS[keyword] && !KEEPS[keyword](value, expected, schema)) yield { rule: keyword, path, expected, value };
    if (INSIDE[keyword]) yield* INSIDE[keyword](root, expected, value, path, schema);
  }
}

// The order of texts in Python; JavaScript's own is that of halves of characters.
function byCodePoint(one, other) {
  const [first, second] = [[...one], [...other]];
  const at = first.findIndex((char, place) => char !== second[place]);
  return at < 0 || at >= second.length ? first.length - second.length : first[at].codePointAt(0) - second[at].codePointAt(0);
}

const hasTwice = (values) => values.some((value, place) => values.slice(0, place).some((other) => isSame(other, value)));

// Everything that is wrong with `values`. names: every name that would have been accepted, for “did you mean”.
// quotes: whether a problem may show the value; that of an output may repeat a secret.
// fromFlow: whether they were copied from a flow, whose expressions nothing evaluates here.
function problemsOf(schema, values, { names = [], quotes = true, fromFlow = false } = {}) {
  return !fromFlow && accepts(schema, values) ? [] : everyProblem(schema, values, names, quotes, fromFlow);
}

function everyProblem(schema, values, names, quotes, fromFlow) {
  const problems = new Map();
  const add = (problem) => problems.set(JSON.stringify(problem), problem);
  for (const { rule, path, expected, value } of violations(schema, schema, values, [])) {
    if (rule === 'unknown') {
      const around = path.slice(0, -1);
      const known = around.length ? fieldsOf(fieldAt(schema, around)).map(([name]) => name) : names;
      const where = around.length ? fullName(subjectOf(schema, around)) : '';
      add(sentence(rule, { key: keyOf(path), label: String(path[path.length - 1]), where }, known));
    } else {
      const subject = subjectOf(schema, path);
      add(sentence(rule, { ...subject, secret: subject.secret || !quotes }, expected, value));
    }
  }
  const cannotBeSent = [...unsendable(schema, values, [], fromFlow)];
  const evaluated = new Set(cannotBeSent.filter(({ rule }) => rule === 'expression').map(({ field }) => field));
  const found = [...problems.values()].filter(({ field }) => !evaluated.has(field));
  const fields = new Set(found.map((problem) => problem.field));
  found.push(...cannotBeSent.filter((problem) => problem.rule !== 'json' || !fields.has(problem.field)));
  return inFormOrder(schema, found);
}

// What JSON Schema lets pass and is not to be sent.
function* unsendable(schema, value, path, fromFlow) {
  if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (!key.isWellFormed()) yield sentence('encoding', subjectOf(schema, path));
      yield* unsendable(schema, inner, [...path, key], fromFlow);
    }
    return;
  }
  if (Array.isArray(value)) {
    for (const [place, inner] of value.entries()) yield* unsendable(schema, inner, [...path, place], fromFlow);
    return;
  }
  const misplaced = path.length ? placeRule(fieldAt(schema, path.slice(0, 1)), value) : '';
  const rule = wireRule(value) || misplaced || (fromFlow && isExpression(value) ? 'expression' : '');
  if (rule) yield sentence(rule, subjectOf(schema, path), null, value);
}

// The rule that a value breaks wherever it is; empty for none.
function wireRule(value) {
  if (typeof value === 'string') return value.isWellFormed() ? '' : 'encoding';
  if (typeof value === 'number') return Number.isFinite(value) ? '' : 'finite';
  return value === null || typeof value === 'boolean' ? '' : 'json';
}

// What the place of a value on the wire forbids: accents in a header, a dot segment (RFC 3986, 5.2.4) in a path.
function placeRule(field, value) {
  if (typeof value !== 'string') return '';
  if (field['x-in'] === 'header' && !/^[ -~]*$/.test(value)) return 'header';
  return field['x-in'] === 'path' && (value === '.' || value === '..') ? 'path' : '';
}

// The schema of the value at `path`.
function fieldAt(schema, path) {
  let field = schema;
  for (const step of path) {
    const properties = field.properties || {};
    const inner = typeof step === 'number' ? field.items : Object.hasOwn(properties, step) ? properties[step] : undefined;
    field = inner === undefined ? {} : resolve(schema, inner);
  }
  return field;
}

// Who a sentence is about: `Recipients, row 2, Email`.
function subjectOf(schema, path) {
  const words = [];
  let secret = false;
  let example;
  path.forEach((step, depth) => {
    const field = fieldAt(schema, path.slice(0, depth + 1));
    secret ||= field.writeOnly === true;
    if (typeof step === 'number') words.push(`${fieldsOf(field).length ? 'row' : 'item'} ${step + 1}`);
    else words.push(field.title || step);
    example = field.examples?.[0];
  });
  return { key: keyOf(path), label: words.pop() ?? 'The inputs', where: words.join(', '), secret, example };
}

const fullName = ({ label, where }) => (where ? `${where}, ${label}` : label);

// `recipients[1].email`: the way to a value in the inputs, as text that can be shown and written anywhere.
const keyOf = (path) =>
  path
    .reduce((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : String(step)), '')
    .replace(/\p{Surrogate}/gu, '?');

module.exports = { everyProblem, placeRule, problemsOf };
