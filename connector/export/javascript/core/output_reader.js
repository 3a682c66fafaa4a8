'use strict';
// Readers of outputs: functions made once from what an action declares, each of which finds its value in a response.

const { fieldsOf, pointersOf, resolve, typesOf } = require('./field');
const { OCTET_STREAM } = require('./file_value');
const { isObject, isOfType } = require('./json');
const { MISSING, getAt, parse } = require('./pointer');

// Reads fields at the top of a schema from a body.
function fieldsReader(schema, fields) {
  return new Compiler(schema).fields(fields);
}

// Makes the readers of one schema. What they find nothing for is null.
class Compiler {
  constructor(schema) {
    this.schema = schema;
    this.items = new Map();
  }

  // Reads an object's fields, given as pairs of a name and a resolved field.
  fields(fields) {
    const readers = fields.map(([name, field]) => [name, this.field(name, field)]);
    if (readers.some(([name]) => name === '__proto__')) {
      return (document) => Object.fromEntries(readers.map(([name, read]) => [name, read(document)]));
    }
    // Pairs of names and values would take twice as long.
    return (document) => {
      const found = {};
      for (const [name, read] of readers) found[name] = read(document);
      return found;
    };
  }

  // Reads a field: the first of its places whose value fits, as rows, a time, or just as it is.
  field(name, field) {
    const places = pointersOf(field, name).map(parse);
    const shape = this.shape(field);
    if (!Array.isArray(field['x-pointer'])) {
      const [tokens] = places;
      return (document) => {
        const value = getAt(document, tokens);
        return value === MISSING ? null : shape(value);
      };
    }
    const types = typesOf(field);
    return (document) => {
      for (const tokens of places) {
        const value = getAt(document, tokens);
        if (value === MISSING || value === null) continue;
        const shaped = shape(value);
        if (isOfType(types, shaped)) return shaped;
      }
      // Alternatives exist because the service has several forms; a value of none of them is nobody's.
      return null;
    };
  }

  // Makes a field's value of what the response has for it.
  shape(field) {
    const rows = field.items ? this.rows(field) : (value) => value;
    if (field['x-file']) return (value) => (typeof value === 'string' ? { '$content-type': OCTET_STREAM, $content: value } : rows(value));
    return field['x-time'] ? (value) => (typeof value === 'number' ? isoTime(value) : rows(value)) : rows;
  }

  // Reads the items of a list, or the rows that an object stands for.
  rows(field) {
    const item = resolve(this.schema, field.items);
    const [key, whole] = [field['x-map-key'], field['x-map-value']];
    return (value) => {
      if (key && isObject(value)) {
        const row = (entry) => this.once(field.items, () => this.row(item))(entry);
        return Object.entries(value).map(([name, entry]) =>
          whole ? { [key]: name, [whole]: entry } : { ...row(entry), [key]: name });
      }
      return Array.isArray(value) ? value.map(this.once(field.items, () => this.item(item))) : value;
    };
  }

  // The reader of a list's items, made when there is the first one: rows may hold rows of the same kind.
  once(declared, make) {
    if (!this.items.has(declared)) this.items.set(declared, make());
    return this.items.get(declared);
  }

  row(item) {
    return this.fields(fieldsOf(item).map(([name, field]) => [name, resolve(this.schema, field)]));
  }

  item(item) {
    if (fieldsOf(item).length && typesOf(item).includes('object')) return this.row(item);
    return item['x-pointer'] === undefined ? (entry) => entry : this.field('', item);
  }
}

// 2026-11-22T08:00:00.000Z for milliseconds since 1970; null when no calendar of four digits has such a date.
function isoTime(milliseconds) {
  const moment = new Date(milliseconds);
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999 ? moment.toISOString() : null;
}

module.exports = { fieldsReader };
