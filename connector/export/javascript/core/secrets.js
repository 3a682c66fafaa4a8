'use strict';
// Keeping secrets, and characters that steer a terminal, out of what people see.

const { fieldsOf, resolve } = require('./field');
const { isObject } = require('./json');

const MASK = '••••••';
const SHORTEST = 4; // Characters. A shorter text is no secret, and masking it would only tear words apart.

const oneLine = (text) => printable(text).split(/\s+/).filter(Boolean).join(' ');

// The text without the characters that would move a cursor, change a colour or ring a bell.
const printable = (text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

// The text with every secret replaced; the longest first, so that no tail stays.
function mask(text, secrets) {
  const long = secrets.filter((secret) => secret.length >= SHORTEST).sort((one, other) => other.length - one.length);
  return long.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

// The text on one line, without control characters and secrets, also where the line breaks of a secret changed.
const maskedLine = (text, secrets) => mask(oneLine(mask(text, secrets)), [...secrets, ...secrets.map(oneLine)]);

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
