// The choices of a field that another action lists.

import assert from 'node:assert/strict';
import test from 'node:test';
import { NodeApiError, NodeOperationError } from './n8n_workflow.mjs';
import { contextOf, packageOf } from './n8n_package.mjs';
import { pass, until } from './n8n_time.mjs';

const SOURCE = { action: 'list_documents', rows: 'documents', value: 'id', label: 'name' };

const named = ({ actions: { list_documents: action } }) => {
  action.outputs.properties.documents.items.properties = { id: {}, name: {} };
};
const unpaged = (definitions) => {
  named(definitions);
  delete definitions.actions.list_documents.pagination;
};
const searchIn = async (change = named, source = SOURCE) => (await packageOf('archive', change)('search')).searchIn(source);
const listing = (value, more = {}) => contextOf({ respond: () => ({ json: { value } }), ...more });
const choices = async (search, context, filter) => (await until(search.call(context, filter))).results;

const ROWS = [{ id: 'b-1', name: 'News' }, { id: 'a-2', name: 'Daily' }, { id: 'c-3', name: 'newsletter' }];

test('each row is a choice, in the order of the service', async () => {
  const search = await searchIn();
  assert.deepEqual(await choices(search, listing(ROWS)), [
    { name: 'News', value: 'b-1' },
    { name: 'Daily', value: 'a-2' },
    { name: 'newsletter', value: 'c-3' },
  ]);
});

test('the filter looks at names and values, without regard to case', async () => {
  const search = await searchIn();
  const context = listing(ROWS);
  const found = async (filter) => (await choices(search, context, filter)).map(({ value }) => value);
  assert.deepEqual(await found('NEWS'), ['b-1', 'c-3']);
  assert.deepEqual(await found('A-2'), ['a-2']);
  assert.deepEqual(await found('-'), ['b-1', 'a-2', 'c-3']);
  assert.deepEqual(await found(''), ['b-1', 'a-2', 'c-3']);
  assert.deepEqual(await found('nothing'), []);
  assert.deepEqual(await found('news b'), ['b-1']);
});

test('a row without a value is no choice, one without a label shows its value', async () => {
  const rows = [{ id: null, name: 'a' }, { name: 'b' }, { id: '', name: 'c' }, { id: 0, name: 'Zero' }, { id: 7 }, { id: 'x', name: null }, { id: false }];
  assert.deepEqual(await choices(await searchIn(), listing(rows)), [
    { name: 'Zero', value: '0' },
    { name: '7', value: '7' },
    { name: 'x', value: 'x' },
    { name: 'false', value: 'false' },
  ]);
});

test('all pages are read, and at most a thousand choices shown', async () => {
  const page = (number) => Array.from({ length: 400 }, (_, place) => ({ id: `${number}-${place}` }));
  const respond = (_, number) => ({ json: { value: page(number), next: number < 3 ? `https://archive.example/api/documents?page=${number + 1}` : null, paging: { more: number < 3 } } });
  const context = contextOf({ respond });
  const search = await searchIn();
  const all = await choices(search, context);
  assert.deepEqual([context.calls.length, all.length, all[0].value, all[999].value], [3, 1000, '1-0', '3-199']);
  assert.deepEqual((await choices(search, context, '3-399')).map(({ value }) => value), ['3-399']);
});

test('at most 10,000 rows are read', async () => {
  const respond = (_, number) => ({
    json: { value: Array.from({ length: 2500 }, (none, place) => ({ id: `${number}-${place}` })), next: `https://archive.example/api/documents?page=${number + 1}`, paging: { more: true } },
  });
  const context = contextOf({ respond });
  const search = await searchIn();
  await choices(search, context);
  assert.equal(context.calls.length, 4);
  assert.deepEqual((await choices(search, context, '4-2499')).length, 1);
});

test('an action without pages lists its rows, and one without rows none', async () => {
  assert.deepEqual(await choices(await searchIn(unpaged), listing(ROWS, {}), 'daily'), [{ name: 'Daily', value: 'a-2' }]);
  assert.deepEqual(await choices(await searchIn(unpaged), contextOf()), []);
  assert.deepEqual(await choices(await searchIn(), contextOf()), []);
});

test('rows are kept for 30 seconds, per account and action', async () => {
  const search = await searchIn();
  const context = listing(ROWS);
  await choices(search, context);
  await pass(29_999);
  await choices(search, context, 'news');
  assert.equal(context.calls.length, 1);
  await pass(1);
  await choices(search, context);
  assert.equal(context.calls.length, 2);

  const other = listing([{ id: 'other' }]);
  assert.deepEqual((await choices(search, other)).map(({ value }) => value), ['other']);
});

test('two fields that list other actions do not share their rows', async () => {
  const load = packageOf('archive', (definitions) => {
    named(definitions);
    definitions.actions.others = { ...definitions.actions.list_documents, key: 'others', operationId: 'Others', summary: 'Others', request: { ...definitions.actions.list_documents.request, path: '/others' } };
  });
  const { searchIn: make } = await load('search');
  const context = contextOf({ respond: ({ url }) => ({ json: { value: [{ id: url.split('/').pop() }] } }) });
  assert.deepEqual((await choices(make(SOURCE), context)).map(({ value }) => value), ['documents']);
  assert.deepEqual((await choices(make({ ...SOURCE, action: 'others' }), context)).map(({ value }) => value), ['others']);
});

test('what fails is an error of n8n, and is asked for again', async () => {
  const search = await searchIn();
  const context = contextOf({ respond: (_, number) => (number === 1 ? { status: 403, json: { message: 'Not yours.' } } : { json: { value: ROWS } }) });
  await assert.rejects(choices(search, context), (error) => error instanceof NodeApiError && error.httpCode === '403' && error.node === context.node);
  assert.equal((await choices(search, context)).length, 3);
  await assert.rejects(choices(search, contextOf({ credentials: { apiKey: '' } })), NodeOperationError);
});

test('who looks at a list waits at most 20 seconds for the call limit', async () => {
  const search = await searchIn();
  // The next call may go so many seconds after it is asked for.
  const waiting = async (seconds) => {
    const period = ((30 + seconds) * 240) / 241; // Calls keep a little away from the limit.
    const context = listing(ROWS, { credentials: { callsPerMinute: 60 / period } });
    await choices(search, context);
    await pass(30_000);
    return context;
  };
  assert.equal((await choices(search, await waiting(19.5))).length, 3);
  await assert.rejects(choices(search, await waiting(20.5)), (error) => error.context.code === 'throttled');
});

test('a source with inputs is run with them, and apart from the same one with others', async () => {
  const { searchIn: make } = await packageOf('archive', named)('search');
  const urls = [];
  const context = contextOf({ respond: ({ url }) => { urls.push(url); return { json: { value: [{ id: url.slice(-1) }] } }; } });
  const found = async (size) => (await choices(make({ ...SOURCE, inputs: { folder: `${size}` } }), context)).map(({ value }) => value);
  assert.deepEqual([await found(1), await found(2), await found(1)], [['1'], ['2'], ['1']]);
  assert.equal(urls.length, 2);
});
