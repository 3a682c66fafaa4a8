'use strict';
// Keeping secrets, and characters that steer a terminal, out of what people see.

const { fieldsOf, resolve } = require('./field');
const { isObject } = require('./json');

const MASK = '••••••';
const SHORTEST = 4; // Characters. A shorter text is not a secret, and masking it would only break up words.

const oneLine = (text) => printable(text).split(/\s+/).filter(Boolean).join(' ');

// The text without the characters that would move a cursor, change a colour or ring a bell; half ones become `?`.
const printable = (text) => text.replace(/\p{Surrogate}/gu, '?').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

// The text with every secret replaced; the longest first, so that no tail stays. Where white space of a secret was
// changed, or control characters of it were taken out, it is still found.
function mask(text, secrets) {
  const long = secrets.filter((secret) => secret.length >= SHORTEST).sort((one, other) => other.length - one.length);
  return long.reduce((masked, secret) => {
    const changed = loosely(secret);
    const exact = masked.replaceAll(secret, MASK);
    return changed ? exact.replace(changed, MASK) : exact;
  }, text);
}

// Finds a secret with blanks or control characters in it however they were changed; null where it has none.
function loosely(secret) {
  const parts = secret.split(/[\s\u0000-\u001f\u007f-\u009f]+/).filter(Boolean);
  if (!parts.length || parts[0] === secret) return null;
  const escaped = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(escaped.join('[\\s\\u0000-\\u001f\\u007f-\\u009f]*'), 'gu');
}

// The text on one line, without control characters and secrets.
const maskedLine = (text, secrets) => mask(oneLine(mask(text, secrets)), secrets);

// The texts in the inputs that are secret, for keeping them out of messages.
function secretTexts(action, inputs) {
  const inside = (declared, value, isInSecret) => {
    const field = resolve(action.inputs, declared);
    const secret = isInSecret || field.writeOnly === true;
    if (typeof value === 'string') return secret ? [value] : [];
    if (Array.isArray(value)) return value.flatMap((item) => inside(field.items || {}, item, secret));
    if (!isObject(value)) return [];
    const fields = new Map(fieldsOf(field));
    return Object.entries(value).flatMap(([name, item]) => inside(fields.get(name) || {}, item, secret));
  };
  return inside({ properties: action.inputs.properties }, inputs, false);
}

module.exports = { mask, maskedLine, printable, secretTexts };
