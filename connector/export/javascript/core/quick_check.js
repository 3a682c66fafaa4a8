'use strict';
// Whether values are certainly valid, decided by functions that are made once from a schema.
//
// Nothing here says what is wrong: a value that breaks a keyword, and one that cannot be judged here, are left to
// validator.js. What is accepted here is accepted there.

const { fieldsOf, resolve } = require('./field');
const { FORMATS } = require('./formats');
const { isObject } = require('./json');
const { sizeOf } = require('./messages');

const DEEPEST = 32;
const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];
const BOUNDS = {
  minimum: (value, bound) => value >= bound,
  maximum: (value, bound) => value <= bound,
  exclusiveMinimum: (value, bound) => value > bound,
  exclusiveMaximum: (value, bound) => value < bound,
};
const KEYWORDS = new Set([
  ...Object.keys(BOUNDS), 'additionalProperties', 'const', 'enum', 'format', 'items', 'maxItems', 'maxLength',
  'maxProperties', 'minItems', 'minLength', 'minProperties', 'pattern', 'properties', 'required', 'type', 'uniqueItems',
]);
// Keywords that check nothing by themselves; `dependentRequired` is for rules.js.
const OTHERS = new Set([
  '$defs', '$ref', '$schema', 'default', 'dependentRequired', 'deprecated', 'description', 'examples', 'title', 'writeOnly',
]);

const never = () => false;
const always = () => true;

const made = new WeakMap();

// Whether inputs or outputs are certainly valid.
function accepts(schema, values) {
  if (!made.has(schema)) made.set(schema, new Compiler(schema).whole());
  return made.get(schema)(values, DEEPEST);
}

// Makes the checks of one schema: functions of a value, and of how many levels deep they may look.
class Compiler {
  constructor(root) {
    this.root = root;
    this.referred = new Map();
  }

  whole() {
    const fields = fieldsOf(this.root).map(([name, declared]) => {
      const place = resolve(this.root, declared)['x-in'];
      const check = this.check(declared);
      return [name, (value, depth) => isSendable(value, place) && check(value, depth)];
    });
    return this.check(this.root, fields);
  }

  // The check of a schema; fields: the checks of its properties, where they were made.
  check(schema, fields) {
    const keywords = Object.keys(schema);
    if (!keywords.every((word) => word.startsWith('x-') || KEYWORDS.has(word) || OTHERS.has(word))) return never;
    const own = keywords.some((word) => KEYWORDS.has(word));
    if (!own) return schema.$ref === undefined ? any : this.reference(schema.$ref);
    const check = this.listed(schema, this.byType(schema, fields));
    if (schema.$ref === undefined) return check;
    const referred = this.reference(schema.$ref);
    return (value, depth) => check(value, depth) && referred(value, depth);
  }

  // The check of what `$ref` names. It may refer to itself, so it is looked up when it is used.
  reference(name) {
    if (!this.referred.has(name)) {
      this.referred.set(name, never);
      this.referred.set(name, this.check(this.root.$defs[name.slice('#/$defs/'.length)]));
    }
    return (value, depth) => this.referred.get(name)(value, depth);
  }

  byType(schema, fields) {
    const types = schema.type === undefined ? TYPES : [schema.type].flat();
    const of = (type, make) => (types.includes(type) ? make() : never);
    const text = of('string', () => textCheck(schema));
    const number = types.includes('number') ? numberCheck(schema, Number.isFinite)
      : of('integer', () => numberCheck(schema, Number.isInteger));
    const list = of('array', () => this.list(schema));
    const object = of('object', () => this.object(schema, fields));
    const boolean = of('boolean', () => always);
    const nothing = of('null', () => always);
    return (value, depth) => {
      if (typeof value === 'string') return text(value);
      if (value === null) return nothing();
      if (typeof value === 'number') return number(value);
      if (typeof value === 'boolean') return boolean();
      if (Array.isArray(value)) return list(value, depth);
      return isObject(value) && object(value, depth);
    };
  }

  // The check that the value is one of a list, too; a list or an object is left to the validator.
  listed(schema, check) {
    const lists = [schema.enum, schema.const === undefined ? undefined : [schema.const]].filter(Boolean);
    const sets = lists.map((list) => new Set(list));
    return sets.length ? (value, depth) => sets.every((set) => set.has(value)) && check(value, depth) : check;
  }

  list(schema) {
    const item = schema.items === undefined ? any : this.check(schema.items);
    const { minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
    return (values, depth) =>
      depth > 0 && values.length >= minItems && values.length <= maxItems &&
      values.every((value) => item(value, depth - 1)) &&
      (!uniqueItems || (values.every((value) => typeof value === 'string') && new Set(values).size === values.length));
  }

  object(schema, made) {
    const fields = new Map(made || fieldsOf(schema).map(([name, inner]) => [name, this.check(inner)]));
    const { additionalProperties: more = true, required = [], minProperties = 0, maxProperties = Infinity } = schema;
    const other = more === true ? any : more === false ? never : this.check(more);
    return (values, depth) => {
      const names = Object.keys(values);
      if (depth <= 0 || names.length < minProperties || names.length > maxProperties) return false;
      if (!required.every((name) => Object.hasOwn(values, name))) return false;
      return names.every((name) => name.isWellFormed() && (fields.get(name) || other)(values[name], depth - 1));
    };
  }
}

function textCheck(schema) {
  const { minLength = 0, maxLength = Infinity, format, pattern } = schema;
  const hasFormat = Object.hasOwn(FORMATS, format ?? '') ? FORMATS[format][0] : always;
  const expression = new RegExp(pattern ?? '', 'u');
  const isBound = 'minLength' in schema || 'maxLength' in schema;
  return (value) =>
    value.isWellFormed() &&
    (!isBound || (sizeOf(value) >= minLength && sizeOf(value) <= maxLength)) &&
    hasFormat(value) && expression.test(value);
}

function numberCheck(schema, isKind) {
  const bounds = Object.entries(BOUNDS).filter(([word]) => word in schema).map(([word, keeps]) => [keeps, schema[word]]);
  return (value) => isKind(value) && bounds.every(([keeps, bound]) => keeps(value, bound));
}

// Whether a text, or each of a list, can be sent in its place, as validator.js says it.
const isSendable = (value, place) =>
  Array.isArray(value) ? value.every((item) => isSendable(item, place)) : typeof value !== 'string' ||
  (place === 'header' ? /^[ -~]*$/.test(value) : place !== 'path' || (value !== '.' && value !== '..'));

const anything = new Compiler({}).byType({});

// Whether a value is any that JSON has.
function any(value, depth) {
  return anything(value, depth);
}

module.exports = { accepts };
