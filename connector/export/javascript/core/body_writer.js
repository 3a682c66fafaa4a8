'use strict';
// Writers of bodies: functions made once from the inputs of an action, each of which puts a value in its place.

const { fieldsOf, pointersOf, resolve } = require('./field');
const { FileValue } = require('./file_value');
const { blank, copy, isObject } = require('./json');
const { MISSING, get, put } = require('./pointer');

const made = new WeakMap();

// What writes inputs into a body. fields: those in the body, in the order of the form, as name, field and what writes it;
// whole: the name of the input that is the whole body, and what shapes it, if there is one.
function writersOf(schema) {
  if (!made.has(schema)) {
    const compiler = new Compiler(schema);
    const resolved = fieldsOf(schema).map(([name, declared]) => [name, declared, resolve(schema, declared)]);
    const inBody = resolved.filter(([, , field]) => field['x-in'] === 'body');
    const [name, declared] = inBody.find(([one, , field]) => !field['x-spread'] && pointersOf(field, one)[0] === '') || [];
    const whole = declared === undefined ? null : [name, compiler.shape(declared)];
    made.set(schema, { whole, fields: inBody.map(([one, inner, field]) => [one, field, compiler.write(one, inner)]) });
  }
  return made.get(schema);
}

class Compiler {
  constructor(schema) {
    this.schema = schema;
    this.shapes = new Map();
  }

  // Puts a field's value into the object of its row, or into the body.
  write(name, declared) {
    const field = resolve(this.schema, declared);
    const place = pointersOf(field, name)[0];
    const shape = this.shape(declared);
    if (!field['x-spread']) return (document, value) => put(document, place, shape(value));
    return (document, value) => {
      const onWire = shape(value);
      const target = place ? get(document, place) : document;
      if (target === MISSING) put(document, place, copy(onWire));
      else for (const [key, item] of Object.entries(onWire)) if (!Object.hasOwn(target, key)) target[key] = item;
    };
  }

  // The value as the service wants it: rows get their nesting back, keyed rows become an object.
  shape(declared) {
    if (!this.shapes.has(declared)) {
      const field = resolve(this.schema, declared);
      const rows = field.items ? this.rows(field) : (value) => value;
      const row = fieldsOf(field).length ? this.row(field) : (value) => value;
      this.shapes.set(declared, (value) => (Array.isArray(value) ? rows(value) : isObject(value) ? row(value) : value));
    }
    return this.shapes.get(declared);
  }

  rows(field) {
    const item = resolve(this.schema, field.items);
    const [key, whole] = [field['x-map-key'], field['x-map-value']];
    if (!key) return (rows) => rows.map((entry) => this.item(item, field.items, entry));
    const rowOf = this.row(item);
    // The rows as one object; the field that is the key is not repeated inside.
    return (rows) => {
      const document = blank();
      for (const { [key]: name, ...rest } of rows) document[name] = whole ? rest[whole] ?? null : rowOf(rest);
      return document;
    };
  }

  item(item, declared, entry) {
    if (item['x-text-for'] && typeof entry === 'string') return Object.fromEntries(item['x-text-for'].map((name) => [name, entry]));
    if (item['x-pointer'] === undefined || (isObject(entry) && !(entry instanceof FileValue))) return this.shape(declared)(entry);
    const wrapped = blank();
    put(wrapped, pointersOf(item, '')[0], entry);
    return wrapped;
  }

  // The writers of its fields are made when there is the first row: rows may hold rows of the same kind.
  row(field) {
    let writers;
    return (row) => {
      writers ??= fieldsOf(field).map(([name, declared]) => [name, this.write(name, declared)]);
      const document = blank();
      for (const [name, write] of writers) if (Object.hasOwn(row, name)) write(document, row[name]);
      return document;
    };
  }
}

module.exports = { writersOf };
