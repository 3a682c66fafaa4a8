'use strict';
// Where the choices of a field come from: the action that lists them, and what its rows become.

const { InputError } = require('./errors');
const { inputOf, resolve } = require('./field');
const { isObject } = require('./json');

const MOST = 1000; // Choices of a field; a longer drop-down helps nobody.
const LONGEST_NAME = 80;

// What lists the choices of a field: its operation id, inputs for it, and where its rows have value and title.
// path: its name; of a field in rows, the names that lead to it, such as `recipients[0].list_id`. given: what is filled in.
function choiceSource(action, path, given) {
  const declared = declaredAt(action, path);
  if (declared === undefined) {
    const name = [...path].slice(0, LONGEST_NAME).join('');
    const problem = { field: path, rule: 'choices', message: `“${name}” has no choices.`, hint: '' };
    throw new InputError(`The field “${name}” of “${action.key}” has no choices.`, [problem]);
  }
  const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [ownName(action, name), value]));
  const parameters = Object.entries(declared.parameters || {});
  const needed = parameters.map(([, value]) => value?.parameter).filter((name) => typeof name === 'string');
  const missing = [...new Set(needed)].filter((name) => !Object.hasOwn(inputs, name) || (inputs[name] ?? '') === '');
  if (missing.length) {
    const titles = missing.map((name) => inputOf(action, name)?.title || name);
    const problems = missing.map((name, place) => ({ field: name, rule: 'required', message: `${titles[place]} is required.`, hint: '' }));
    throw new InputError(`The choices of “${path}” depend on ${titles.join(' and ')}.`, problems);
  }
  const sent = parameters.map(([name, value]) => [name, Object.hasOwn(inputs, value?.parameter) ? inputs[value.parameter] : value]);
  return {
    operationId: declared.operationId,
    inputs: Object.fromEntries(sent),
    rows: declared['value-collection'],
    value: declared['value-path'],
    label: declared['value-title'],
  };
}

const ownName = (action, name) => (Object.hasOwn(action.names, name) ? action.names[name] : name);

// What a field declares about its choices; undefined if it declares nothing, or does not exist.
function declaredAt(action, path) {
  const form = action.inputs;
  const isInput = inputOf(action, ownName(action, path)) !== undefined;
  const [name, ...inner] = isInput ? [path] : path.replace(/\[[0-9]*\]/g, '').split('.');
  let field = inputOf(action, ownName(action, name));
  for (const step of inner) {
    while (field?.items !== undefined) field = resolve(form, field.items);
    const fields = field?.properties ?? {};
    field = Object.hasOwn(fields, step) ? resolve(form, fields[step]) : undefined;
  }
  const ofList = field?.items === undefined ? undefined : resolve(form, field.items); // The values of a list.
  return field?.['x-ms-dynamic-values'] ?? ofList?.['x-ms-dynamic-values'];
}

// What the rows of the listing action become: values and labels, without rows that have no value.
function choicesOf(rows, { value, label }) {
  return (Array.isArray(rows) ? rows : [])
    .filter((row) => isObject(row) && textOf(row[value]))
    .map((row) => ({ value: textOf(row[value]), label: textOf(row[label]) || textOf(row[value]) }));
}

const textOf = (value) => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '');

module.exports = { MOST, choiceSource, choicesOf };
