// From the parameters of a node to the inputs of an action.

import assert from 'node:assert/strict';
import test from 'node:test';
import { contextOf, packageOf } from './n8n_package.mjs';

const { readInputs } = await packageOf('archive')('inputs');

const actionOf = (properties, $defs = {}) => ({ inputs: { properties, $defs } });
const read = (properties, parameters, $defs) => readInputs(contextOf({ parameters: () => parameters }), actionOf(properties, $defs), 0);
// What one field makes of the value of its parameter.
const valueOf = (field, value) => read({ field }, { field: value }).field;
const text = { type: 'string' };
const locator = (value) => ({ __rl: true, mode: 'list', value, cachedResultName: 'Name' });

test('inputs are those of the item', () => {
  const context = contextOf({ parameters: (index) => ({ a: `own ${index}`, additionalFields: { b: `added ${index}` } }) });
  assert.deepEqual(readInputs(context, actionOf({ a: text, b: text }), 3), { a: 'own 3', b: 'added 3' });
});

test('a field is read on its own, else among the additional fields', () => {
  const fields = { a: text, list: { type: 'array', items: text } };
  const cases = [
    [{ a: 'own', additionalFields: { a: 'added' } }, { a: 'own' }],
    [{ a: '', additionalFields: { a: 'added' } }, { a: 'added' }],
    [{ a: null, additionalFields: { a: 'added' } }, { a: 'added' }],
    [{ a: locator(''), additionalFields: { a: 'added' } }, { a: 'added' }],
    [{ a: locator('own'), additionalFields: { a: 'added' } }, { a: 'own' }],
    [{ additionalFields: { a: locator('added') } }, { a: 'added' }],
    [{ list: [], additionalFields: { list: ['added'] } }, { list: ['added'] }],
    [{ list: ['own'], additionalFields: { list: ['added'] } }, { list: ['own'] }],
  ];
  for (const [parameters, inputs] of cases) assert.deepEqual(read(fields, parameters), inputs);
});

test('0 and false on their own are values', () => {
  const fields = { count: { type: 'integer' }, isOn: { type: 'boolean' } };
  const added = { count: 5, isOn: true };
  assert.deepEqual(read(fields, { count: 0, isOn: false, additionalFields: added }), { count: 0, isOn: false });
});

test('what is empty on its own is left out, what was added empty is sent', () => {
  const fields = { a: text, list: { type: 'array', items: text }, row: { type: 'object', properties: { b: text } } };
  assert.deepEqual(read(fields, {}), {});
  assert.deepEqual(read(fields, { a: '', list: [], row: {}, additionalFields: {} }), {});
  assert.deepEqual(read(fields, { a: null, list: null, row: null, additionalFields: null }), {});
  assert.deepEqual(read(fields, { additionalFields: { a: '', list: [], row: {} } }), { a: '', list: [] });
  assert.deepEqual(read(fields, { additionalFields: { a: null, list: null, row: null } }), {});
  assert.deepEqual(read(fields, { additionalFields: { list: {} } }), {});
});

test('additional fields that are no object have none', () => {
  for (const additionalFields of ['a', ['a'], 5]) assert.deepEqual(read({ a: text, 0: text }, { additionalFields }), {});
});

test('a field that can be sent empty is, by its switch or by a list without rows', () => {
  const fields = { a: { ...text, 'x-keep-empty': true }, list: { type: 'array', items: text, 'x-keep-empty': true } };
  assert.deepEqual(read(fields, { a_empty: true, list_empty: true }), { a: '', list: [] });
  assert.deepEqual(read(fields, { a: 'x', a_empty: true, list: ['x'], list_empty: true }), { a: '', list: [] });
  assert.deepEqual(read(fields, { additionalFields: { list: {}, a: {} } }), { list: [], a: {} });
  assert.deepEqual(read(fields, { a: 'x', a_empty: false, list: ['x'], list_empty: 'true' }), { a: 'x', list: ['x'] });
  assert.deepEqual(read(fields, {}), {});
  assert.deepEqual(read({ a: text, list: { type: 'array', items: text } }, { a_empty: true, list_empty: true }), {});
});

test('parameters have the names that n8n takes, and “limit” is n8n’s own', () => {
  const fields = { limit: { type: 'integer' }, 'settings.color-2': text, 'x-y': { ...text, 'x-keep-empty': true } };
  const parameters = { limit: 50, pageSize: 7, settings_color_2: 'red', x_y_empty: true };
  assert.deepEqual(read(fields, parameters), { limit: 7, 'settings.color-2': 'red', 'x-y': '' });
  assert.deepEqual(read(fields, { additionalFields: { pageSize: 8, limit: 9 } }), { limit: 8 });
});

test('names that n8n or JavaScript has are other ones in the form', () => {
  const names = ['resource', 'operation', 'additionalFields', 'rows', 'toolDescription', 'constructor', 'toString', 'valueOf'];
  const properties = Object.fromEntries(names.map((name) => [name, text]));
  const row = { type: 'array', items: { type: 'object', properties } };
  assert.deepEqual(read({ ...properties, row }, { resource: 'group', operation: 'key', row: { rows: [{}, { title: 'strange' }] } }), { row: [{}, { title: 'strange' }] });
  const filled = Object.fromEntries(names.map((name) => [`${name}_`, name]));
  const values = Object.fromEntries(names.map((name) => [name, name]));
  assert.deepEqual(read({ ...properties, row }, { ...filled, row: { rows: [filled] } }), { ...values, row: [values] });
  assert.deepEqual(read(properties, { additionalFields: filled }), values);
  assert.deepEqual(read({ row }, { row: [values] }), { row: [values] });
});

test('an option that begins as an expression does is chosen without its blank', () => {
  const operator = { type: 'string', enum: ['=', '<'] };
  assert.equal(valueOf(operator, ' ='), '=');
  assert.equal(valueOf(operator, '='), '=');
  assert.equal(valueOf(operator, ' <'), ' <');
  assert.equal(valueOf(text, ' ='), ' =');
  assert.deepEqual(valueOf({ type: 'array', items: operator }, [' =', '<']), ['=', '<']);
  assert.deepEqual(valueOf({ type: 'array', items: { properties: { operator } } }, { rows: [{ operator: ' =' }] }), [{ operator: '=' }]);
});

test('shared fields are looked up, and what stands beside them wins', () => {
  const shared = { Name: text, Tags: { type: 'array', items: { $ref: '#/$defs/Tag' } }, Tag: { type: 'object', properties: { on: { type: 'boolean' } } } };
  const fields = { name: { $ref: '#/$defs/Name' }, count: { $ref: '#/$defs/Name', type: 'integer' }, tags: { $ref: '#/$defs/Tags' } };
  const parameters = { name: 5, count: '5', tags: { rows: [{ on: 'true' }] } };
  assert.deepEqual(read(fields, parameters, shared), { name: '5', count: 5, tags: [{ on: true }] });
});

test('a resource locator is its value', () => {
  assert.equal(valueOf(text, locator('id-1')), 'id-1');
  assert.equal(valueOf({ type: 'integer' }, locator('5')), 5);
  assert.deepEqual(valueOf({ type: 'object' }, { value: 'not a locator' }), { value: 'not a locator' });
});

test('a text becomes what its field takes, where it can', () => {
  const cases = [
    ['integer', '5', 5], ['integer', ' 5 ', 5], ['number', '1.5', 1.5], ['number', '-1e3', -1000], ['integer', '0', 0],
    ['integer', 'five', 'five'], ['number', '5 apples', '5 apples'], ['number', '   ', '   '], ['number', 'Infinity', 'Infinity'],
    ['integer', 'true', 'true'], ['boolean', 'true', true], ['boolean', 'false', false], ['boolean', 'yes', 'yes'],
    ['boolean', 'not true', 'not true'], ['boolean', 'true!', 'true!'], ['boolean', 'falsehood', 'falsehood'], ['boolean', '1', '1'],
    ['object', '{"a": [1]}', { a: [1] }], ['array', '[1, 2]', [1, 2]], ['object', '{a}', '{a}'], ['object', '5', 5],
    [['integer', 'boolean'], 'true', true], [['integer', 'boolean'], '7', 7], [['number', 'null'], '7', 7], [['object', 'integer'], '7', 7],
    ['string', '5', '5'], ['string', 'true', 'true'], ['string', '{"a": 1}', '{"a": 1}'], [['string', 'integer'], '5', '5'], [undefined, '5', '5'],
  ];
  for (const [type, given, value] of cases) assert.deepEqual(valueOf({ type }, given), value, `${type}: ${given}`);
});

test('a number or a switch in a field of texts is a text; anything else stays as it is', () => {
  assert.equal(valueOf(text, 5), '5');
  assert.equal(valueOf(text, false), 'false');
  assert.deepEqual(valueOf(text, { a: 1 }), { a: 1 });
  assert.deepEqual(valueOf(text, ['a']), ['a']);
  assert.equal(valueOf({ type: ['string', 'integer'] }, 5), 5);
  assert.equal(valueOf({ type: ['string'] }, 5), '5');
  assert.equal(valueOf({ type: 'integer' }, 5.5), 5.5);
  assert.equal(valueOf({ type: 'integer' }, true), true);
  assert.equal(valueOf({}, 5), 5);
});

test('a time without an offset is one of the workflow’s time zone; any other text is for the runtime to read', () => {
  const moment = { type: 'string', format: 'date-time' };
  assert.equal(valueOf(moment, '2026-03-04T05:06:07'), '2026-03-03T23:36:07.000Z');
  assert.equal(valueOf(moment, '2026-03-04 15:06'), '2026-03-04T09:36:00.000Z');
  assert.equal(valueOf(moment, '2026-03-04T15:06:07.25'), '2026-03-04T09:36:07.250Z');
  assert.deepEqual(valueOf({ type: 'array', items: { type: 'object', properties: { at: moment } } }, [{ at: '2026-03-04 15:06' }]), [
    { at: '2026-03-04T09:36:00.000Z' },
  ]);
  const others = ['2026-03-04T05:06:07Z', '2026-03-04T05:06:07+02:00', '2026-03-04', 'on 2026-03-04T05:06', '2026-03-04T05:06 sharp'];
  for (const other of others) assert.equal(valueOf(moment, other), other);
  assert.equal(valueOf(text, '2026-03-04T05:06:07'), '2026-03-04T05:06:07');
  assert.equal(valueOf(moment, 5), '5');
});

test('a time that does not exist is left to the runtime, which names the field', () => {
  const moment = { type: 'string', format: 'date-time' };
  for (const wrong of ['2026-13-04T05:06', '2026-03-04T25:06:07', '2026-02-30 05:06']) assert.equal(valueOf(moment, wrong), wrong);
});

test('a time of n8n is written out, and an invalid one is not lost', () => {
  const dateTime = (iso) => ({ toISO: () => iso, toString: () => iso ?? 'Invalid DateTime' });
  assert.equal(valueOf({ type: 'string', format: 'date-time' }, dateTime('2026-03-04T05:06:07.000+02:00')), '2026-03-04T05:06:07.000+02:00');
  assert.equal(valueOf({}, dateTime('2026-03-04T05:06:07.000Z')), '2026-03-04T05:06:07.000Z');
  assert.equal(valueOf(text, dateTime(null)), 'Invalid DateTime');
  assert.deepEqual(valueOf({ type: 'object' }, { toISO: 'a text' }), { toISO: 'a text' });
});

const PERSON = { type: 'object', properties: { name: text, age: { type: 'integer' }, 'e-mail': { ...text, 'x-keep-empty': true }, limit: { type: 'integer' } } };
const PEOPLE = { type: 'array', items: PERSON };

test('rows of the form, of JSON and of an expression are the same', () => {
  const people = [{ name: 'Ada', age: 36 }, { name: 'Grace' }];
  for (const given of [{ rows: [{ name: 'Ada', age: '36' }, { name: 'Grace', age: '' }] }, JSON.stringify(people), people]) {
    assert.deepEqual(valueOf(PEOPLE, given), people);
  }
  for (const given of [{ rows: { name: 'Ada', age: '36' } }, '{"name": "Ada", "age": 36}', { name: 'Ada', age: 36 }]) {
    assert.deepEqual(valueOf(PERSON, given), { name: 'Ada', age: 36 });
  }
});

test('rows of which there is none are none', () => {
  assert.deepEqual(read({ list: PEOPLE, one: PERSON }, { list: {}, one: {} }), {});
  assert.deepEqual(valueOf(PEOPLE, { rows: [] }), undefined);
  assert.deepEqual(read({ list: PEOPLE }, { additionalFields: { list: { rows: [] } } }), { list: [] });
  assert.deepEqual(valueOf(PEOPLE, { rows: [{}] }), [{}]);
});

test('a row has additional fields, switches and names of its own', () => {
  const row = { name: 'Ada', e_mail: 'x', e_mail_empty: true, limit: 9, pageSize: '3', additionalFields: { age: '36', name: 'Grace' } };
  assert.deepEqual(valueOf(PEOPLE, { rows: [row] }), [{ name: 'Ada', 'e-mail': '', limit: 3, age: 36 }]);
});

test('a field that a row does not have stays in it, for the runtime to report', () => {
  assert.deepEqual(valueOf(PEOPLE, '[{"name": "Ada", "agge": 36, "note": null}]'), [{ name: 'Ada', agge: 36, note: null }]);
  assert.deepEqual(valueOf(PERSON, { name: '', pageSize: '', e_mail_empty: false }), {});
  assert.deepEqual(valueOf(PERSON, { 'e-mail': 'ada@example.com' }), { 'e-mail': 'ada@example.com' });
  assert.deepEqual(valueOf(PERSON, { additionalFields: { 'e_mail': 'a' }, x: 1 }), { x: 1, 'e-mail': 'a' });
});

test('what is no row, and a row without declared fields, stay as they are', () => {
  assert.deepEqual(valueOf(PEOPLE, [5, 'Ada', null, ['Ada']]), [5, 'Ada', null, ['Ada']]);
  assert.equal(valueOf(PEOPLE, 'Ada'), 'Ada');
  assert.equal(valueOf(PERSON, 'Ada'), 'Ada');
  assert.equal(valueOf(PEOPLE, 5), 5);
  assert.deepEqual(valueOf({ type: 'array', items: { type: 'object' } }, { rows: [{ additionalFields: { a: '1' }, b: '' }] }), [
    { additionalFields: { a: '1' }, b: '' },
  ]);
});

test('rows can be in rows', () => {
  const team = { type: 'array', items: { type: 'object', properties: { people: PEOPLE, lead: PERSON } } };
  const given = { rows: [{ people: { rows: [{ age: '1' }] }, lead: { rows: { age: '2' } } }, { people: {}, lead: {} }] };
  assert.deepEqual(valueOf(team, given), [{ people: [{ age: 1 }], lead: { age: 2 } }, {}]);
});
