'use strict';
// The form of an action in Node-RED's editor: what it shows, what it keeps and what it gives up.

const assert = require('node:assert/strict');
const test = require('node:test');
const { page } = require('./form_elements');

globalThis.RED = { editor: {} };
require('../../connector/export/node_red/package/resources/editor');
const { prepare, save, isWhole } = RED.connectorForms['__PACKAGE__'];

const field = (name, more = {}) => ({ name, title: `The ${name}`, description: `About ${name}.`, kind: 'text', ...more });
const option = (key, fields, required = []) => ({ key, title: `To ${key}`, fields, required });
const FORM = {
  send: {
    title: 'Send a message',
    description: 'Sends it.',
    paged: false,
    choices: [
      { key: 'to', title: 'Send to', required: true, options: [option('user', ['user'], ['user']), option('list', ['list', 'filter'], ['list'])] },
      { key: 'more', title: 'More', required: false, options: [option('note', ['note']), option('tags', ['tags', 'mark'])] },
    ],
    fields: [
      field('user', { example: 'ada' }),
      field('list', { listed: true, dependsOn: ['filter', 'flag', 'user'] }),
      field('filter'),
      field('body', { required: true }),
      field('note', { advanced: true, kind: 'json' }),
      field('tags', { advanced: true, kind: 'json or text' }),
      field('mark', { advanced: true, kind: 'number' }),
      field('flag', { advanced: true, kind: 'flag' }),
      field('key', { advanced: true, kind: 'secret' }),
    ],
  },
  find: { title: 'Find messages', description: 'Finds them.', paged: true, choices: [], fields: [field('size', { kind: 'choice', values: ['S', 7] }), field('user'), field('level', { kind: 'choice', values: [1, 2] })] },
};
const text = (v) => ({ t: 'str', v });

// An open form of a node, and what a person does with it.
function opened(node, more = {}, form = FORM) {
  globalThis.$ = Object.assign(page(), more);
  const edited = { action: 'send', fields: {}, selected: {}, ...node };
  prepare(edited, form);
  const inputs = (place) => $(place).find((each) => each.tag === 'input');
  const names = (place) => inputs(place).map((input) => input.attr('data-input'));
  const input = (name) => [...inputs('.connector-inputs'), ...inputs('.connector-folded')].find((each) => each.attr('data-input') === name);
  const choices = (place) => $(place).find((each) => each.tag === 'select');
  const choice = (key) => [...choices('.connector-inputs'), ...choices('.connector-folded')].find((each) => each.attr('data-choice') === key);
  return {
    node: edited,
    choice,
    input,
    shown: () => ({ main: names('.connector-inputs'), folded: names('.connector-folded') }),
    type: (name, value) => input(name).typedInput('value', value),
    select: (key, value) => choice(key).val(value).trigger('change'),
    act: (key) => $('#node-input-action').val(key).trigger('change'),
    unfold: () => $('.connector-advanced').prop('open', true).trigger('toggle'),
    saved: () => {
      save(edited, form);
      return { fields: edited.fields, selected: edited.selected };
    },
  };
}

test('a form shows the fields of the options that are selected, what is advanced folded away', () => {
  const form = opened();
  assert.deepEqual(form.shown(), { main: ['user', 'body'], folded: ['flag', 'key'] });
  assert.deepEqual([form.choice('to').val(), form.choice('more').val()], ['user', '']);
  assert.equal(form.choice('to').kids.length, 2);
  assert.deepEqual(form.choice('more').kids.map((each) => each.val()), ['', 'note', 'tags']);
  assert.equal($('.connector-folded').find((each) => each === form.choice('more')).length, 1);
  assert.deepEqual($('.connector-inputs').find((each) => each.tag === 'select'), [form.choice('to')]);
  form.select('to', 'list');
  form.select('more', 'tags');
  assert.deepEqual(form.shown(), { main: ['list', 'filter', 'body'], folded: ['tags', 'mark', 'flag', 'key'] });
  form.select('more', '');
  assert.deepEqual(form.shown(), { main: ['list', 'filter', 'body'], folded: ['flag', 'key'] });
});

test('a field has its label, its help, its example and a mark if it is required', () => {
  const form = opened();
  const marks = (name) => $('.connector-inputs').find((each) => each.kids.includes(form.input(name)))[0].kids[0].kids.length;
  assert.deepEqual([marks('user'), marks('body')], [2, 2]);
  form.select('to', 'list');
  assert.deepEqual([marks('list'), marks('filter')], [2, 1]);
  assert.equal(form.input('filter').attr('placeholder'), '');
  form.select('to', 'user');
  assert.equal(form.input('user').attr('placeholder'), 'ada');
});

test('of what was saved, the option is shown whose fields have values', () => {
  const form = opened({ fields: { list: text('l'), filter: text('f'), user: text('u') } });
  assert.equal(form.choice('to').val(), 'list');
  assert.deepEqual(form.saved(), { fields: { list: text('l'), filter: text('f') }, selected: { to: 'list' } });
  assert.equal(opened({ fields: { user: text('u') }, selected: { to: 'list' } }).choice('to').val(), 'list');
  assert.equal(opened({ fields: { list: text('l'), user: text('u') } }).choice('to').val(), 'user');
});

test('a choice is folded away only if all of its fields are, and a field of two choices is shown if both ask for it', () => {
  const choices = [
    { key: 'some', title: 'Some', required: false, options: [option('x', ['x', 'y']), option('z', ['z'])] },
    { key: 'all', title: 'All', required: true, options: [option('a', ['a', 'both'], ['both']), { ...option('b', ['b']), default: true }] },
    { key: 'other', title: 'Other', required: true, options: [option('d', ['both', 'd']), option('e', ['e'])] },
  ];
  const fields = ['x', 'z', 'a', 'b', 'both', 'd', 'e'].map((name) => field(name, { advanced: true }));
  const mixed = { send: { title: 'Mixed', description: '', paged: false, choices, fields: [...fields, field('y')] } };
  const form = opened({}, {}, mixed);
  const isIn = (place, key) => $(place).find((each) => each === form.choice(key)).length === 1;
  assert.deepEqual(['some', 'all', 'other'].map((key) => isIn('.connector-folded', key)), [false, true, true]);
  assert.deepEqual([form.choice('all').val(), form.choice('other').val()], ['b', 'd']);
  assert.deepEqual(form.shown(), { main: [], folded: ['b', 'd'] });
  form.select('all', 'a');
  assert.deepEqual(form.shown(), { main: ['both'], folded: ['a', 'd'] }); // What is required is not folded away.
  form.select('other', 'e');
  assert.deepEqual(form.shown(), { main: [], folded: ['a', 'e'] });
  form.select('some', 'x');
  assert.deepEqual(form.shown(), { main: ['y'], folded: ['x', 'a', 'e'] });
  assert.deepEqual(isWhole({ action: 'send', fields: { d: text('d') } }, mixed), false);
  assert.deepEqual(isWhole({ action: 'send', fields: { d: text('d'), b: text('b') } }, mixed), true);
  assert.deepEqual(isWhole({ action: 'send', fields: { d: text('d'), a: text('a') } }, mixed), false);
});

test('what is typed is kept while another option is looked at, and given up when it is saved so', () => {
  const form = opened();
  form.type('user', 'ada');
  form.type('body', 'Hi');
  form.select('to', 'list');
  form.type('list', 'news');
  form.select('to', 'user');
  assert.equal(form.input('user').typedInput('value'), 'ada');
  assert.deepEqual(form.saved(), { fields: { user: text('ada'), body: text('Hi') }, selected: { to: 'user' } });
});

test('what is folded away is drawn when it is opened, and keeps what it had if it never is', () => {
  const form = opened({ fields: { user: text('ada') } });
  assert.equal(form.input('flag').typed, undefined);
  form.unfold();
  assert.equal(form.input('flag').typedInput('type'), 'flag');
  form.type('flag', 'true');
  form.select('to', 'list');
  assert.equal($('.connector-advanced').prop('open'), true);
  assert.equal(form.saved().fields.flag.v, 'true');
  const kept = opened({ fields: { key: { t: 'env', v: 'KEY' } } });
  assert.equal($('.connector-advanced').prop('open'), true);
  assert.deepEqual(kept.saved().fields, { key: { t: 'env', v: 'KEY' } });
  assert.ok(!opened({ fields: { user: text('ada') } }).node.draft.inputs.flag);
  assert.equal($('.connector-advanced').prop('open'), false);
  assert.equal($('.connector-advanced').isShown, true);
});

test('another action begins empty, and the first one has what it had', () => {
  const form = opened({ fields: { user: text('ada') }, selected: { to: 'user' } });
  assert.deepEqual([$('.connector-paging').isShown, $('.connector-description').text()], [false, 'Sends it.']);
  form.act('find');
  assert.deepEqual(form.shown(), { main: ['size', 'user', 'level'], folded: [] });
  assert.deepEqual([$('.connector-paging').isShown, $('.connector-description').text()], [true, 'Finds them.']);
  assert.equal($('.connector-advanced').isShown, false);
  assert.equal(form.input('user').typedInput('value'), '');
  form.type('user', 'bob');
  form.act('send');
  assert.equal(form.input('user').typedInput('value'), 'ada');
  form.act('find');
  assert.deepEqual(form.saved(), { fields: {}, selected: {} });
  const back = opened({ fields: { user: text('ada') }, selected: { to: 'user' } });
  back.act('find');
  back.act('send');
  assert.equal(back.input('user').typedInput('value'), 'ada');
});

test('without an action, nothing is asked', () => {
  const form = opened({ action: 'gone' });
  assert.deepEqual([$('#node-input-action').val(), form.shown()], ['', { main: [], folded: [] }]);
  assert.deepEqual([$('.connector-paging').isShown, $('.connector-advanced').isShown], [false, false]);
  assert.deepEqual(form.saved(), { fields: {}, selected: {} });
  assert.deepEqual($('#node-input-action').kids.map((each) => each.text()), ['Choose an action', 'Send a message', 'Find messages']);
});

test('the longest list, the longest wait and the property of the message are saved', () => {
  const form = opened({ maxItems: { t: 'num', v: '5' }, maxWait: { t: 'msg', v: 'wait' } });
  const typed = { '#node-input-maxItems-field': '6', '#node-input-maxWait-field': 'other', '#node-input-source': 'inputs' };
  for (const [place, value] of Object.entries(typed)) $(place).typedInput('value', value);
  form.saved();
  assert.deepEqual([form.node.maxItems, form.node.maxWait, form.node.source], [{ t: 'num', v: '6' }, { t: 'msg', v: 'other' }, 'inputs']);
});

test('a value of a type that a field does not take becomes one of its first type', () => {
  const form = opened({ fields: { user: { t: 'json', v: '1' }, body: { t: 'msg', v: 'payload' } } });
  assert.deepEqual([form.input('user').typed.type, form.input('body').typed.type], ['str', 'msg']);
  assert.deepEqual([form.input('user').typed.value, form.input('body').typed.value], ['1', 'payload']);
});

test('a secret is never typed: it comes from elsewhere', () => {
  const form = opened();
  form.unfold();
  assert.deepEqual(form.input('key').typed.types, ['env', 'msg', 'flow', 'global']);
});

test('numbers and JSON are checked, and JSON is edited in a window', () => {
  const form = opened({ selected: { more: 'tags' } });
  form.unfold();
  const number = form.input('mark').typed.types[0];
  assert.deepEqual(['', '7', '-1.5', 'seven'].map(number.validate), [true, true, true, false]);
  const json = form.input('tags').typed.types[0];
  assert.deepEqual(['', '{"a": 1}', '{a}'].map(json.validate), [true, true, false]);
  for (const [written, shown, edited, kept] of [
    ['{"a":1}', '{\n  "a": 1\n}', '{ "a": 2 }', '{"a":2}'],
    ['{a}', '{a}', '{b', '{b'],
  ]) {
    let value = written;
    const input = { value: (...given) => (given.length ? ([value] = given) : value) };
    RED.editor.editJSON = (asked) => {
      assert.equal(asked.value, shown);
      asked.complete(edited);
    };
    json.expand.call(input);
    assert.equal(value, kept);
  }
});

test('a choice offers its values, or nothing', () => {
  const form = opened({ action: 'find' });
  const [choice] = form.input('size').typed.types;
  assert.deepEqual(choice.options.map(({ value }) => value), ['', 'S', '7']);
  assert.equal(choice.value, 'choice');
  assert.equal(form.input('level').typed.types[0].value, 'num');
  const whole = opened();
  whole.unfold();
  const [flag] = whole.input('flag').typed.types;
  assert.deepEqual(flag.options.map(({ value }) => value), ['', 'true', 'false']);
});

test('the choices of a text are asked for once, with what they depend on, and what fits is offered', async () => {
  const asked = [];
  const rows = [{ value: 'n', label: 'News' }, { value: 'other', label: 'other' }];
  const getJSON = async (url) => {
    asked.push(url);
    if (url.includes('bad')) throw new Error('no');
    return rows;
  };
  const form = opened({ fields: { filter: text('a b') }, selected: { to: 'user' } }, { getJSON });
  form.type('user', 'hidden then');
  form.select('to', 'list');
  $('#node-input-connection').val('c1');
  const { autoComplete } = form.input('list').typed.types[0];
  const offered = (typed) => new Promise((resolve) => autoComplete(typed, resolve));
  assert.deepEqual(await offered('NEW'), [{ value: 'n', label: 'News (n)' }]);
  assert.deepEqual(await offered(''), [{ value: 'n', label: 'News (n)' }, { value: 'other', label: 'other' }]);
  const inputs = encodeURIComponent(JSON.stringify({ filter: 'a b' }));
  assert.deepEqual(asked, [`__CONNECTION__/c1/choices/send/list?inputs=${inputs}`]);
  form.type('filter', 'bad');
  assert.deepEqual(await offered(''), []);
  form.input('filter').typedInput('type', 'msg');
  await offered('');
  assert.ok(asked.at(-1).endsWith(encodeURIComponent('{}')));
});

test('a node is whole when nothing that must be filled in is empty, or a message brings it', () => {
  const whole = (node) => isWhole({ action: 'send', ...node }, FORM);
  const [user, body, list] = [text('u'), text('b'), text('l')];
  assert.equal(whole({ fields: { user, body } }), true);
  assert.equal(whole({ fields: { list, body } }), true);
  assert.equal(whole({ fields: { user } }), false);
  assert.equal(whole({ fields: { body } }), false);
  assert.equal(whole({ fields: { user, body }, selected: { to: 'list' } }), false);
  assert.equal(whole({ fields: { filter: text('f'), body }, selected: { to: 'list' } }), false);
  assert.equal(whole({ source: 'payload' }), true);
  assert.equal(whole({}), false);
  assert.equal(whole({ action: 'gone', source: 'payload' }), false);
  assert.equal(isWhole({ action: 'find' }, FORM), true);
});

test('a name that every object of JavaScript has is a field like any other', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty'];
  const kinds = { key: 'constructor', title: 'Kind', required: false, options: [option('valueOf', ['toString'])] };
  const form = { send: { title: 'Send', description: '', paged: false, choices: [kinds], fields: names.map((name) => field(name, { required: name === 'constructor' })) } };
  const page = opened({}, {}, form);
  assert.deepEqual(page.shown().main, ['constructor', 'hasOwnProperty']);
  assert.deepEqual(page.saved(), { fields: {}, selected: {} });
  assert.equal(isWhole({ action: 'send', fields: {} }, form), false);
  page.type('constructor', 'x');
  assert.deepEqual(page.saved(), { fields: { constructor: text('x') }, selected: {} });
  assert.equal(isWhole({ action: 'send', fields: { constructor: text('x') } }, form), true);
});
