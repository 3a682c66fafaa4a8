'use strict';
// The actions of a definitions file: the shared definitions put in their places, and finding one by name.

const { stripped } = require('./blanks');
const { UnknownActionError } = require('./errors');
const { nearest } = require('./nearest');
const { listed } = require('./rule_messages');
const { printable } = require('./secrets');

const MOST_NEAREST = 3;
const LONGEST_NAME = 80;

const made = new WeakMap();

// The actions by key, made once for every connector over the same file.
function actionsOf({ actions, defs = {} }) {
  if (!made.has(actions)) {
    const whole = (schema) => ({ ...schema, $defs: { ...defs, ...schema.$defs } });
    const entries = Object.entries(actions).map(([key, action]) => [
      key,
      { outcomes: [], errors: [], ...action, inputs: whole(action.inputs), outputs: whole(action.outputs) },
    ]);
    made.set(actions, Object.fromEntries(entries));
  }
  return made.get(actions);
}

// The action with that key, operation id or summary, without regard to case.
function findAction(actions, name) {
  if (Object.hasOwn(actions, name)) return actions[name];
  const names = new Map();
  for (const action of Object.values(actions)) {
    for (const one of [action.key, action.operationId, action.summary]) {
      if (!names.has(one.toLowerCase())) names.set(one.toLowerCase(), action);
    }
  }
  const found = names.get(stripped(name).toLowerCase());
  if (found) return found;
  const close = nearestKeys(actions, names, name).map((key) => [`“${key}”`]);
  const meant = close.length ? ` Did you mean ${listed(close, 'or')}?` : '';
  throw new UnknownActionError(`There is no action “${[...printable(name)].slice(0, LONGEST_NAME).join('')}”.${meant}`);
}

function nearestKeys(actions, names, name) {
  const keys = Object.keys(actions);
  const wanted = stripped(name).replaceAll(' ', '_');
  const like = nearest(wanted, keys).slice(0, MOST_NEAREST);
  const alike = nearest(name, [...names.keys()]).slice(0, MOST_NEAREST).map((other) => names.get(other).key);
  const inside = keys.filter((key) => wanted && key.includes(wanted.toLowerCase()));
  return [...new Set([...like, ...alike, ...inside])].slice(0, MOST_NEAREST);
}

module.exports = { actionsOf, findAction };
