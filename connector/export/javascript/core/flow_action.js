'use strict';
// An action of a Power Automate flow that was pasted whole (“Peek code”), and what only a flow understands.

const { isObject, isSame } = require('./json');

// @{...} in a text, or a text that is one @function(...); a flow writes a plain @ as @@.
const EXPRESSION = /(?<!@)@\{[^}]*\}|^@[A-Za-z]\w*\(.*\)/s;

// The parameters of a pasted action, or the values themselves.
function parametersOf(action, values) {
  const pasted = pastedIn(action, values);
  return pasted ? pasted.parameters ?? {} : values;
}

// Both together, `more` among the parameters of a pasted action. It counts under whichever name of an input.
function withInputs(action, values, more) {
  const meant = new Set(Object.keys(more).map((name) => inputName(action, name)));
  const kept = Object.entries(parametersOf(action, values)).filter(([name]) => !meant.has(inputName(action, name)));
  const parameters = { ...Object.fromEntries(kept), ...more };
  const pasted = pastedIn(action, values);
  return pasted ? { inputs: { ...pasted, parameters } } : parameters;
}

// Whether the values were copied from a flow: an action pasted whole, or keys such as `body/message/title`.
const isFromFlow = (action, values) =>
  pastedIn(action, values) !== null || Object.keys(values).some((key) => key.includes('/') && isName(action, key));

// Whether a value is a text that a flow would have evaluated.
const isExpression = (value) => typeof value === 'string' && EXPRESSION.test(value);

const holdsExpression = (value) =>
  Array.isArray(value) || isObject(value) ? Object.values(value).some(holdsExpression) : isExpression(value);

// Whether a parameter of a flow says only what the runtime fills in by itself, such as a version.
function isBodyDefault(action, parameters, key) {
  const [, place, name] = /^(.*)\/(.*)$/s.exec(key) || [];
  const holds = (one, value) => value !== undefined && isSame(value, parameters[key]) && Object.hasOwn(one, name);
  return (action.request?.bodyDefaults || [])
    .filter(({ at }) => `body${at}` === place)
    .some(({ set = {}, copy = {} }) => holds(set, set[name]) || holds(copy, parameters[`body${copy[name]}`]));
}

// The input that a name means; a name that nobody knows means itself.
const inputName = (action, name) => (Object.hasOwn(action.names, name) ? action.names[name] : name);

const isName = (action, name) => Object.hasOwn(action.names, name) || Object.hasOwn(action.inputs.properties, name);

function pastedIn(action, values) {
  if (['inputs', 'host', 'parameters'].some((word) => isName(action, word))) return null;
  const pasted = Object.hasOwn(values, 'inputs') ? values.inputs : values;
  return isObject(pasted) && isObject(pasted.host) && isObject(pasted.parameters ?? {}) ? pasted : null;
}

module.exports = { holdsExpression, inputName, isBodyDefault, isExpression, isFromFlow, parametersOf, withInputs };
