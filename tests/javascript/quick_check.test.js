'use strict';
// The quick check accepts nothing that the validator would not, and what people usually send needs no other.

const assert = require('node:assert/strict');
const test = require('node:test');

const core = '../../connector/export/javascript/core';
const { accepts } = require(`${core}/quick_check`);
const { everyProblem, problemsOf } = require(`${core}/validator`);

const ROWS = { type: 'array', items: { $ref: '#/$defs/row' } };
const ROW = { type: 'object', properties: { name: { type: 'string' }, rows: ROWS }, required: ['name'], additionalProperties: false };
const PERSON = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a'], additionalProperties: false };
const FORM = {
  text: { type: 'string', minLength: 1, maxLength: 3 },
  long: { type: 'string', minLength: 1 },
  short: { type: 'string', maxLength: 2 },
  code: { type: 'string', pattern: '^[a-c]+$', maxLength: 4 },
  free: { type: ['string', 'null'] },
  when: { type: 'string', format: 'date' },
  stored: { type: 'string', format: 'password' },
  size: { type: ['string', 'integer'], enum: ['S', 'M', 1, true, null] },
  fixed: { type: ['integer', 'boolean', 'string'], const: 1 },
  no: { type: 'boolean', const: false },
  both: { type: 'string', enum: ['a', 'b'], const: 'a' },
  count: { type: 'integer', minimum: 0, exclusiveMaximum: 10 },
  weight: { type: 'number', exclusiveMinimum: 0, maximum: 1.5 },
  done: { type: 'boolean' },
  nothing: { type: 'null' },
  tags: { type: 'array', items: { type: 'string', maxLength: 2 }, minItems: 1, maxItems: 2, uniqueItems: true },
  list: { type: 'array' },
  one: { type: 'array', minItems: 1 },
  mixed: { type: 'array', uniqueItems: true },
  rows: { $ref: '#/$defs/rows', maxItems: 2 },
  people: { type: 'array', items: PERSON },
  map: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
  open: { type: 'object' },
  data: { title: 'Data' },
  other: { $ref: '#/$defs/row' },
  trace: { type: 'string', 'x-in': 'header' },
  id: { type: 'string', 'x-in': 'path' },
};
const SCHEMA = { type: 'object', properties: FORM, additionalProperties: false, $defs: { row: ROW, rows: ROWS } };
const named = (name, rows) => ({ name, ...(rows ? { rows } : {}) });
const nested = (levels) => (levels ? [nested(levels - 1)] : 'bottom');
const inside = (levels) => (levels ? { a: inside(levels - 1) } : 'bottom');

const RIGHT = {
  text: ['a', 'abc', 'ü\u{1f600}'],
  long: ['a', 'x'.repeat(5000)],
  short: ['', 'ab'],
  code: ['abca'],
  free: ['', null, 'x'.repeat(5000)],
  when: ['2026-01-31'],
  stored: ['secret'],
  size: ['S', 1],
  fixed: [1],
  no: [false],
  both: ['a'],
  count: [0, 9],
  weight: [1, 0.5, 1.5],
  done: [true, false],
  nothing: [null],
  tags: [['a'], ['a', 'b']],
  list: [[], [1, 'a', null, [{}]], ['a', 'a']],
  one: [['a']],
  mixed: [['a', 'b']],
  rows: [[], [named('a', [named('b', [named('c')])])]],
  people: [[{ a: 'x', b: 1 }, { a: 'y' }]],
  map: [{ a: 1 }, { a: 1, b: 2 }],
  open: [{}, { a: [{ b: null }] }],
  data: [null, { a: [1, { b: 'c' }] }, [], 'x', 1.5, true, nested(31), inside(31)],
  other: [named('a', [])],
  trace: ['', 'a ~'],
  id: ['...', 'a/b', ''],
};
const WRONG = {
  text: ['', 'abcd', '\ud800', null],
  long: [''],
  short: ['abc'],
  code: ['d', 'abcd', 'abcab'],
  free: [1],
  when: ['2026-02-31', 'soon'],
  size: ['X', true, null, 2],
  fixed: [true, 2, '1'],
  no: [true, 0],
  both: ['b'],
  count: [-1, 10, true, 1.5],
  weight: [0, 1.6, Infinity, NaN, false],
  done: [1, 'true', null],
  nothing: [0, '', false],
  tags: [[], ['a', 'b', 'c'], ['abc'], ['a', 'a'], 'a', [1, 2]],
  list: ['a', {}, [NaN]],
  one: [[]],
  mixed: [['a', { x: 1 }, { x: 1 }], [1, 1]],
  rows: [[named('a'), named('b'), named('c')], [{}], [{ name: 'a', x: 1 }], [named('a', [{ rows: [] }])]],
  people: [[{ b: 1 }], [{ a: 'x', c: 1 }], [7], [{ a: 1 }]],
  map: [{}, { a: 'x' }, { a: 1, b: 2, c: 3 }, []],
  open: [[], { '\ud800': 1 }, { a: '\ud800' }],
  data: [1n, undefined, () => 1, { '\ud800': 1 }, [NaN], { a: [Infinity] }],
  other: [{}, [], named(1)],
  trace: ['ü', 'a\nb', 'a\x7f'],
  id: ['.', '..'],
  unknown: [1],
};

for (const name of Object.keys(FORM)) {
  test(`right values are accepted: ${name}`, () => {
    for (const value of RIGHT[name]) {
      assert.ok(accepts(SCHEMA, { [name]: value }), String(value));
      assert.deepEqual(everyProblem(SCHEMA, { [name]: value }, [], true, false), [], String(value));
    }
  });
}

for (const [name, values] of Object.entries(WRONG)) {
  test(`wrong values are not: ${name}`, () => {
    for (const value of values) {
      assert.ok(!accepts(SCHEMA, { [name]: value }), String(value));
      assert.notDeepEqual(problemsOf(SCHEMA, { [name]: value }), [], String(value));
    }
  });
}

test('a required value that is missing is not accepted', () => {
  const schema = { ...SCHEMA, required: ['text'] };
  assert.deepEqual([{ text: 'a' }, {}, { data: 1 }].map((values) => accepts(schema, values)), [true, false, false]);
});

test('values deeper than a form ever is are left to the validator', () => {
  const places = [{ data: nested(32) }, { data: inside(32) }, { open: { a: nested(40) } }, { rows: [named('a', [{ name: nested(40) }])] }];
  assert.deepEqual(places.map((values) => accepts(SCHEMA, values)), [false, false, false, false]);
  assert.deepEqual(problemsOf(SCHEMA, places[0]), []);
});

test('a keyword that is not known, and a list among the choices, are left to the validator', () => {
  const strange = { type: 'object', properties: { a: { type: 'string', not: { const: 'b' } }, b: { enum: [['x']] } } };
  assert.deepEqual([{ a: 'a' }, { b: ['x'] }].map((values) => accepts(strange, values)), [false, false]);
  assert.deepEqual([{ b: ['x'] }, { b: ['y'] }].map((values) => problemsOf(strange, values).length), [0, 1]);
});

test('what a format means is not looked for among the names of JavaScript', () => {
  assert.ok(accepts({ type: 'object', properties: { a: { type: 'string', format: 'constructor' } } }, { a: 'x' }));
});
