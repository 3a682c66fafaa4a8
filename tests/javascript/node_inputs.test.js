'use strict';
// What a node of Node-RED runs its action with: its fields, then what the message has, and the options of the run.

const assert = require('node:assert/strict');
const test = require('node:test');
const { lib } = require('./node_red_lib');

const { inputsOf } = lib('node_inputs');

const ACTION = {
  key: 'put',
  summary: 'Put',
  inputs: { properties: { to: { title: 'To' }, note: {}, file: { title: 'File', 'x-file': true }, size: { title: 'Size' } } },
  names: { 'body/to': 'to', 'body/note': 'note', to: 'to' },
};
const LIST = { ...ACTION, pagination: { rows: 'things' } };
const text = (v) => ({ t: 'str', v });

// Node-RED reads a property of the message, or a value of one of its types; `bad` cannot be read.
const RED = {
  util: {
    getMessageProperty: (msg, name) => {
      if (name.includes('[')) throw new Error('Invalid property expression');
      return name.split('.').reduce((value, key) => value[key], msg);
    },
    evaluateNodeProperty: (value, type, node, msg, done) => {
      if (type === 'bad') done(new Error('it is bad'));
      else if (type === 'lost') done(new TypeError('undefined is no object'));
      else if (value.includes('.') && type === 'msg') done(new TypeError('Cannot read properties of undefined'));
      else done(null, type === 'num' ? Number(value) : type === 'msg' ? msg[value] : value);
    },
  },
};
const read = (config, msg = {}, action = ACTION) => inputsOf(RED, {}, config, action, msg, 30);

test('fields of the node come first, under whatever name the message has the same input', async () => {
  const msg = { payload: { 'body/to': 'bob', 'body/note': 'n', other: 1, toString: 2 } };
  assert.deepEqual((await read({ source: 'payload', fields: { to: text('ada') } }, msg)).inputs, { to: 'ada', 'body/note': 'n' });
  assert.deepEqual((await read({ source: 'payload' }, msg)).inputs, { 'body/to': 'bob', 'body/note': 'n' });
  assert.deepEqual((await read({ fields: { to: text('ada') } }, msg)).inputs, { to: 'ada' });
});

test('a field that is empty, or finds nothing, leaves the input to the message', async () => {
  const msg = { payload: { to: 'bob' }, empty: '', nothing: null, no: false, none: 0 };
  for (const field of [text(''), { t: 'str' }, { t: 'msg', v: 'empty' }, { t: 'msg', v: 'nothing' }, { t: 'msg', v: 'missing' }, null]) {
    assert.deepEqual((await read({ source: 'payload', fields: { to: field } }, msg)).inputs, { to: 'bob' });
  }
  const fields = { to: { t: 'msg', v: 'no' }, size: { t: 'msg', v: 'none' } };
  assert.deepEqual((await read({ fields }, msg)).inputs, { to: false, size: 0 });
});

test('a property of something that is not there finds nothing', async () => {
  const fields = { to: { t: 'msg', v: 'payload.user' }, note: text('n') };
  assert.deepEqual((await read({ source: 'payload.user', fields, maxWait: { t: 'msg', v: 'a.b' } }, {})).inputs, { note: 'n' });
  assert.deepEqual((await read({ source: 'payload.user' }, { payload: { user: { to: 'bob' } } })).inputs, { to: 'bob' });
  const message = 'To cannot be read: undefined is no object';
  await assert.rejects(read({ fields: { to: { t: 'lost', v: 'x' } } }), { problems: [{ field: 'to', rule: 'type', message, hint: '' }] });
});

test('a property that is none is reported', async () => {
  const message = 'Values from cannot be read: Invalid property expression';
  await assert.rejects(read({ source: 'payload[' }), { code: 'input', problems: [{ field: 'source', rule: 'type', message, hint: '' }] });
});

test('what has no names brings nothing', async () => {
  for (const payload of [undefined, null, 'text', 5, ['a'], Buffer.from('to')]) {
    assert.deepEqual((await read({ source: 'payload' }, { payload })).inputs, {});
  }
});

test('the types of the editor are a text out of a list and a switch', async () => {
  const fields = { to: { t: 'choice', v: 'S' }, note: { t: 'flag', v: 'true' }, size: { t: 'flag', v: 'false' } };
  assert.deepEqual((await read({ fields })).inputs, { to: 'S', note: true, size: false });
});

test('a buffer is a file where the input is one', async () => {
  const bytes = Buffer.from('x');
  const msg = { payload: { file: bytes, note: bytes } };
  assert.deepEqual((await read({ source: 'payload' }, msg)).inputs, { file: { $content: bytes }, note: bytes });
  assert.deepEqual((await read({ source: 'payload' }, { payload: { file: 'x' } })).inputs, { file: 'x' });
});

test('the longest wait is added to the time of the run, and rows are for lists', async () => {
  const options = async (config, action) => (await read(config, {}, action)).options;
  assert.deepEqual(await options({}), { maxWait: 600, timeout: 630 });
  assert.deepEqual(await options({ maxWait: { t: 'num', v: '0' } }), { maxWait: 0, timeout: 30 });
  assert.deepEqual(await options({ maxWait: text('7.5'), maxItems: text('20') }, LIST), { maxWait: 7.5, allPages: false, maxItems: 20, timeout: 37.5 });
  assert.equal((await options({ maxItems: text('20') })).maxItems, undefined);
});

test('all pages are for lists, whatever was switched on for the action before', async () => {
  const { options } = await read({ allPages: true }, {}, LIST);
  assert.equal(options.allPages, true);
  assert.equal((await read({ allPages: true })).options.allPages, undefined);
});

test('a wait or a number of rows that the message leaves empty is the usual one', async () => {
  for (const nothing of ['', null, undefined]) {
    const { options } = await read({ maxWait: { t: 'msg', v: 'left' }, maxItems: { t: 'msg', v: 'left' } }, { left: nothing }, LIST);
    assert.deepEqual([options.maxWait, options.maxItems], [600, undefined]);
  }
});

test('every field that cannot be read is reported', async () => {
  const bad = { t: 'bad', v: 'x' };
  const problem = (field, title) => ({ field, rule: 'type', message: `${title} cannot be read: it is bad`, hint: '' });
  const config = { fields: { to: bad, note: bad, gone: bad }, maxItems: bad, maxWait: bad };
  await assert.rejects(read(config, {}, LIST), {
    code: 'input',
    message: 'Put: fields of the node cannot be read. Nothing was sent.',
    problems: [problem('to', 'To'), problem('note', 'note'), problem('gone', 'gone'), problem('max_items', 'Maximum rows'), problem('max_wait', 'Longest wait')],
  });
  for (const value of ['soon', '-1', 'Infinity']) {
    const message = `Longest wait must be a number of seconds, 0 or more, but it is “${value}”.`;
    await assert.rejects(read({ maxWait: text(value) }), { problems: [{ field: 'max_wait', rule: 'minimum', message, hint: '' }] });
  }
});
