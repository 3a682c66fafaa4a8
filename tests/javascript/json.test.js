'use strict';
// JSON values: which are the same, what a copy is, and where a pointer leads.

const assert = require('node:assert/strict');
const test = require('node:test');

const core = '../../connector/export/javascript/core';
const { copy, isSame, readable } = require(`${core}/json`);
const { MISSING, get, join, parse, put, take } = require(`${core}/pointer`);

const plain = (value) => JSON.parse(JSON.stringify(value));

test('values are the same whatever the order of names, and only if all of them are', () => {
  const same = [
    [1, 1.0], [0, -0], [NaN, NaN], ['a', 'a'], [null, null], [[], []], [{}, {}], [[1, [2]], [1, [2]]],
    [{ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }],
  ];
  const other = [
    [1, '1'], [1, true], [0, false], [null, undefined], [null, {}], [{}, null], [{}, []], [[], {}], [{}, 'a'], ['a', {}],
    [[1], [1, 2]], [[1, 2], [1]], [[1, 2], [2, 1]], [{ a: 1 }, { a: 2 }], [{ a: 1 }, { b: 1 }], [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }], [{ a: 1, b: 2 }, { a: 1, b: 3 }], [{ a: undefined }, { b: 1 }], [{ toString: 1 }, {}],
    [{}, { toString: 1 }], [{ a: { b: 1 } }, { a: { b: 2 } }], [[{ a: 1 }], [{ a: 2 }]],
  ];
  for (const [one, two] of same) assert.ok(isSame(one, two) && isSame(two, one), readable([one, two]));
  for (const [one, two] of other) assert.ok(!isSame(one, two) && !isSame(two, one), readable([one, two]));
});

test('a copy shares nothing that can change, and has no names of its own', () => {
  const value = { a: [{ b: 1 }], when: new Date(0), ['__proto__']: 2 };
  const twin = copy(value);
  assert.deepEqual(plain(twin), { a: [{ b: 1 }], when: '1970-01-01T00:00:00.000Z', ['__proto__']: 2 });
  assert.notEqual(twin.a[0], value.a[0]);
  assert.equal(twin.toString, undefined);
  const bytes = Uint8Array.of(1, 2);
  assert.equal(copy(bytes), bytes);
});

test('a value is shown as JSON with blanks', () => {
  assert.equal(readable({ a: [1, 'x', null], b: {}, c: [] }), '{"a": [1, "x", null], "b": {}, "c": []}');
});

test('a pointer leads to a value, or nowhere', () => {
  const document = { a: { 'b/c': [10, { '~': 1 }] }, '': 2, list: [null, false], text: 'abc', none: null };
  const places = {
    '': document, '/a/b~1c/0': 10, '/a/b~1c/1/~0': 1, '/': 2, '/list/0': null, '/list/1': false, '/none': null,
    '/list/2': MISSING, '/list/-1': MISSING, '/list/01x': MISSING, '/list/x': MISSING, '/list/length': MISSING, '/text/0': MISSING,
    '/text/length': MISSING, '/none/a': MISSING, '/b': MISSING, '/a/toString': MISSING, '/~01': MISSING,
  };
  for (const [pointer, value] of Object.entries(places)) assert.equal(get(document, pointer), value, pointer);
  assert.deepEqual([parse(''), parse('/'), parse('/~01~1'), parse('/a//b')], [[], [''], ['~1/'], ['a', '', 'b']]);
  assert.equal(join(['a/b', '~', 0]), '/a~1b/~0/0');
  assert.equal(get(undefined, '/a'), MISSING);
});

test('writing makes the objects on the way, and none of what is there another', () => {
  const document = { a: { b: 1 } };
  put(document, '/a/c/d', 2);
  put(document, '/e', [3]);
  put(document, '/a/b', 4);
  put(document, '/__proto__x/toString/y', 5);
  assert.deepEqual(plain(document), { a: { b: 4, c: { d: 2 } }, e: [3], ['__proto__x']: { toString: { y: 5 } } });
  for (const pointer of ['/a/b/c', '/e/0']) assert.throws(() => put(document, pointer, 1), { name: 'TypeError', message: /is not an object/ });
});

test('what is taken out is gone, with the objects that it leaves empty', () => {
  const taken = (document, pointer) => [take(document, pointer), plain(document)];
  assert.deepEqual(taken({ a: { b: { c: 1 } } }, '/a/b/c'), [1, {}]);
  assert.deepEqual(taken({ a: { b: { c: 1 }, d: 2 } }, '/a/b/c'), [1, { a: { d: 2 } }]);
  assert.deepEqual(taken({ a: { b: { c: 1, d: 2 } } }, '/a/b/c'), [1, { a: { b: { d: 2 } } }]);
  assert.deepEqual(taken({ a: 1, b: {} }, '/a'), [1, { b: {} }]);
  assert.deepEqual(taken({ '': 1 }, ''), [1, {}]);
  assert.deepEqual(taken({ a: null }, '/a'), [null, {}]);
  for (const [document, pointer] of [[{ a: {} }, '/a/b'], [{ a: 'x' }, '/a/b'], [{ a: [1] }, '/a/0'], [{}, '/a'], [{}, '/toString'], [{ a: {} }, '/b/c'], [{ a: 'x' }, '/a/b/c']]) {
    assert.deepEqual(taken(document, pointer), [MISSING, document]);
  }
});
