'use strict';
// What the definitions say of a field, read in one way everywhere.

const { join } = require('./pointer');

// The field itself, or the shared one that it names; the words beside `$ref` win.
function resolve(schema, field) {
  if (field.$ref === undefined) return field;
  const { $ref, ...beside } = field;
  return { ...resolve(schema, schema.$defs[$ref.slice('#/$defs/'.length)]), ...beside };
}

const typesOf = (field) => (field.type === undefined ? [] : [field.type].flat());

// The places of a field, from its row's or the body's start.
const pointersOf = (field, name) =>
  field['x-pointer'] === undefined ? [join(name.split('.'))] : [field['x-pointer']].flat();

// Fields of an object that are declared by name; empty for a free-form one.
const fieldsOf = (field) => Object.entries(field.properties || {});

module.exports = { fieldsOf, pointersOf, resolve, typesOf };
