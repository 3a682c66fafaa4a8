'use strict';
// What a definition says of a field, read in one way everywhere.

const { join } = require('./pointer');

const resolved = new WeakMap();

// The field itself, or the shared one that it names, made once; the keywords beside `$ref` win.
function resolve(schema, field) {
  if (field.$ref === undefined) return field;
  if (!resolved.has(schema)) resolved.set(schema, new WeakMap());
  const known = resolved.get(schema);
  if (!known.has(field)) {
    const { $ref, ...beside } = field;
    known.set(field, { ...resolve(schema, schema.$defs[$ref.slice('#/$defs/'.length)]), ...beside });
  }
  return known.get(field);
}

const typesOf = (field) => (field.type === undefined ? [] : [field.type].flat());

// The places of a field, from its row's or the body's start.
const pointersOf = (field, name) =>
  field['x-pointer'] === undefined ? [join(name.split('.'))] : [field['x-pointer']].flat();

// The fields of an object that are declared by name; none for a free-form one.
const fieldsOf = (field) => Object.entries(field.properties || {});

// An input by name, resolved; undefined where there is none.
const inputOf = (action, name) =>
  Object.hasOwn(action.inputs.properties, name) ? resolve(action.inputs, action.inputs.properties[name]) : undefined;

const resolvedFields = new WeakMap();

// The inputs that have a value, resolved, in the order of the form: name and field.
function placed(schema, inputs) {
  if (!resolvedFields.has(schema)) {
    resolvedFields.set(schema, fieldsOf(schema).map(([name, declared]) => [name, resolve(schema, declared)]));
  }
  return resolvedFields.get(schema).filter(([name]) => Object.hasOwn(inputs, name));
}

module.exports = { fieldsOf, inputOf, placed, pointersOf, resolve, typesOf };
