'use strict';
// Whether inputs are what their schema says: every problem at once, in sentences for the person who filled in the form.

const { isObject, isSame } = require('./pointer');
const { fieldsOf, resolve, typesOf } = require('./field');
const { printable } = require('./errors');

const TYPES = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with named values',
};

const isType = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
  null: (value) => value === null,
};

const size = (value) => (typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : Object.keys(value).length);
const isSized = (value) => typeof value === 'string' || Array.isArray(value) || isObject(value);

// Keyword: which values it is about, whether the value keeps it, and how the sentence goes on.
const BOUNDS = {
  minLength: [isType.string, (value, limit) => size(value) >= limit, 'must have at least {} characters'],
  maxLength: [isType.string, (value, limit) => size(value) <= limit, 'may have at most {} characters'],
  minItems: [isType.array, (value, limit) => size(value) >= limit, 'needs at least {} entries'],
  maxItems: [isType.array, (value, limit) => size(value) <= limit, 'may have at most {} entries'],
  minProperties: [isType.object, (value, limit) => size(value) >= limit, 'needs at least {} values'],
  maxProperties: [isType.object, (value, limit) => size(value) <= limit, 'may have at most {} values'],
  minimum: [isType.number, (value, limit) => value >= limit, 'must be {} or more'],
  maximum: [isType.number, (value, limit) => value <= limit, 'must be {} or less'],
  exclusiveMinimum: [isType.number, (value, limit) => value > limit, 'must be more than {}'],
  exclusiveMaximum: [isType.number, (value, limit) => value < limit, 'must be less than {}'],
};

const isDate = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true;
const CLOCK = /^([01]\d|2[0-3]):?[0-5]\d(:?[0-5]\d([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)$/i;

// Format: its check, and how it is described to a person. Other formats only tell how a value is stored or shown.
const FORMATS = {
  'date-time': [(text) => isDate(text.slice(0, 10)) && /^T/i.test(text[10]) && CLOCK.test(text.slice(11)), 'a date and time with its zone, such as 2026-01-31T09:30:00Z'],
  date: [isDate, 'a date, such as 2026-01-31'],
  duration: [
    (text) => /^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(text),
    'an ISO 8601 duration, such as P1DT4H',
  ],
  email: [(text) => /^[^\s@,;<>"]+@[^\s@.,;<>"]+(\.[^\s@.,;<>"]+)+$/.test(text), 'an e-mail address, such as ada@example.com'],
  uri: [(text) => /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text), 'a web address, such as https://example.com/page'],
  color: [(text) => /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text), 'a colour, such as #9d3789'],
};

function problemsOf(action, inputs) {
  const problems = [];
  const subject = { key: '', words: [], secret: false };
  judgeObject(action.inputs, { ...action.inputs, additionalProperties: false }, inputs, subject, problems);
  for (const [name, value] of Object.entries(inputs)) {
    const declared = action.inputs.properties[name];
    const field = declared && resolve(action.inputs, declared);
    if (field && field['x-in'] === 'header' && typeof value === 'string' && !/^[ -~]*$/.test(value)) {
      const words = `${field.title || name} may contain only plain letters, digits, blanks and punctuation.`;
      problems.push({ field: name, rule: 'header', message: words, hint: 'It travels in a header of the request.' });
    }
    // An address is normalised before it is sent: “..” would name another resource.
    if (field && field['x-in'] === 'path' && (value === '.' || value === '..')) {
      problems.push({ field: name, rule: 'path', message: `${field.title || name} cannot be “${value}”.` });
    }
  }
  return problems;
}

function judge(schema, declared, value, subject, problems) {
  const field = resolve(schema, declared);
  const about = { ...subject, secret: subject.secret || field.writeOnly === true };
  const say = (rule, words) => problems.push({ field: about.key, rule, message: `${label(about)} ${words}.` });
  if (typeof value === 'string' && !value.isWellFormed()) {
    say('encoding', 'contains half a character (a lone surrogate), which cannot be sent');
  }
  if (typeof value === 'number' && !Number.isFinite(value)) say('finite', 'must be a number that ends');
  if (['function', 'symbol', 'bigint', 'undefined'].includes(typeof value)) say('json', 'holds something that is no JSON value');
  const types = typesOf(field);
  if (types.length && !types.some((type) => isType[type](value))) {
    const kinds = types.filter((type) => type !== 'null').map((type) => TYPES[type]).join(' or ');
    return say('type', `must be ${kinds}, but it is ${show(value, about.secret)}`);
  }
  if (field.enum && !field.enum.some((choice) => isSame(choice, value))) {
    const choices = field.enum.filter((choice) => choice !== null).join(', ');
    say('enum', `must be one of ${choices}, but it is ${show(value, about.secret)}`);
  }
  if (field.const !== undefined && !isSame(field.const, value)) say('const', `must be ${field.const}, but it is ${show(value, about.secret)}`);
  if (field.pattern !== undefined && typeof value === 'string' && !new RegExp(field.pattern, 'u').test(value)) {
    say('pattern', `is not in the form it must have: ${show(value, about.secret)}`);
  }
  const [isFit, words] = FORMATS[field.format] || [];
  if (isFit && typeof value === 'string' && !isFit(value)) say('format', `must be ${words}, but it is ${show(value, about.secret)}`);
  for (const [rule, [isMeant, keeps, bound]] of Object.entries(BOUNDS)) {
    if (field[rule] === undefined || !isMeant(value) || keeps(value, field[rule])) continue;
    const given = isSized(value) ? `has ${size(value)}` : `is ${show(value, about.secret)}`;
    say(rule, `${bound.replace('{}', field[rule])}, but it ${given}`);
  }
  if (Array.isArray(value)) judgeList(schema, field, value, about, say, problems);
  else if (isObject(value)) judgeObject(schema, field, value, about, problems);
  return undefined;
}

function judgeList(schema, field, values, subject, say, problems) {
  if (field.uniqueItems && values.some((value, place) => values.slice(0, place).some((other) => isSame(other, value)))) {
    say('uniqueItems', 'has the same entry more than once');
  }
  values.forEach((value, place) => {
    const word = `${isObject(value) ? 'row' : 'item'} ${place + 1}`;
    const inner = { ...subject, key: `${subject.key}[${place}]`, words: [...subject.words, word] };
    judge(schema, field.items || {}, value, inner, problems);
  });
}

function judgeObject(schema, field, value, subject, problems) {
  const known = field.properties || {};
  const inside = (name, title) => ({
    ...subject,
    key: subject.key ? `${subject.key}.${name}` : name,
    words: [...subject.words, title || name],
  });
  for (const name of field.required || []) {
    if (Object.hasOwn(value, name)) continue;
    const missing = inside(name, resolve(schema, known[name] || {}).title);
    problems.push({ field: missing.key, rule: 'required', message: `${label(missing)} is missing: it must be filled in.` });
  }
  for (const [name, inner] of Object.entries(value)) {
    if (Object.hasOwn(known, name)) {
      judge(schema, known[name], inner, inside(name, resolve(schema, known[name]).title), problems);
    } else if (field.additionalProperties === false) {
      const where = subject.words.length ? ` in ${label(subject)}` : '';
      const close = nearest(name, fieldsOf(field).map(([other]) => other));
      const message = `There is no field “${short(name)}”${where}.${close ? ` Did you mean “${close}”?` : ''}`;
      problems.push({ field: inside(name).key, rule: 'unknown', message });
    } else {
      judge(schema, isObject(field.additionalProperties) ? field.additionalProperties : {}, inner, inside(name), problems);
    }
  }
}

const label = (subject) => subject.words.join(', ') || 'The inputs';

function short(text) {
  const plain = printable(text).toWellFormed();
  return plain.length <= 40 ? plain : `${plain.slice(0, 39)}…`;
}

// A value as it appears in a sentence; never a secret.
function show(value, secret) {
  if (secret) return 'the value given';
  if (typeof value === 'string') return `the text “${short(value)}”`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

// The name most like a mistyped one, if any is like it.
function nearest(name, names) {
  const fold = (text) => text.toLowerCase().replace(/-/g, '_');
  const near = names
    .map((other) => ({ other, far: distance(fold(name), fold(other)) }))
    .sort((one, two) => one.far - two.far)[0];
  return near && near.far <= Math.ceil(name.length * 0.4) ? near.other : undefined;
}

// How many letters have to change (Levenshtein).
function distance(one, two) {
  let row = Array.from({ length: two.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= two.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === two[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[two.length];
}

module.exports = { problemsOf, show };
