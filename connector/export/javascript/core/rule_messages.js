'use strict';
// The sentences about rules across fields, made of titles; docs/rules.md defines each, for every language the same.

const MOST_ITEMS = 5; // How many items a message names before it says “another”.

// `A, B or C`, and `A, or B and C` when an item has several titles. items: lists of titles.
function listed(items, word) {
  const texts = items.map((item) => (item.length > 1 ? listed(item.map((title) => [title]), 'and') : item[0]));
  if (texts.length === 1) return texts[0];
  const comma = items.some((item) => item.length > 1) ? ',' : '';
  return `${texts.slice(0, -1).join(', ')}${comma} ${word} ${texts[texts.length - 1]}`;
}

const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const isFilled = (title) => `${title} is filled in`;
const hasValue = (title, value) => `${title} is ${shown(value)}`;
const hasSeveral = (title) => `${title} has more than one row`;

// asked: titles; one of the items is needed, and of an item all. when: the trigger; empty when it is always needed.
function required(asked, when, { noun = '', isSwitch = false } = {}) {
  const names = listed(asked, 'or');
  if (noun) return `No ${noun}: fill in ${names}.`;
  if (!when) return `Fill in ${names}.`;
  return isSwitch ? `${names} must be set to true or false when ${when}.` : `${names} is required when ${when}.`;
}

const notBoth = (options) =>
  options.length === 2 ? `Use either ${listed(options, 'or')}, not both.` : `Use only one of ${listed(options, 'or')}.`;

const cannotBeUsedWith = (title, others) =>
  `${title} cannot be used with ${listed(others.map((other) => [other]), 'and')}.`;

const notUsed = (title, when) => `${title} is not used when ${when}.`;
const mustBeSame = (title, other) => `${title} and ${other} must be the same.`;
const asInRow = (title, values, row) => `${title} must be ${listed(values.map((value) => [shown(value)]), 'or')}, as in row ${row}.`;
const place = (steps) => (steps.length ? `${steps.join(', ')}: ` : '');

module.exports = {
  MOST_ITEMS, asInRow, cannotBeUsedWith, hasSeveral, hasValue, isFilled, listed, mustBeSame, notBoth, notUsed, place,
  required,
};
