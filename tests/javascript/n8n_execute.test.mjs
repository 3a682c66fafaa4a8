// One item after another: what is sent for it, and the items that come of it.

import assert from 'node:assert/strict';
import test from 'node:test';
import { NodeApiError, NodeOperationError } from './n8n_workflow.mjs';
import { contextOf, nodeFile, packageOf, streamOf } from './n8n_package.mjs';
import { until } from './n8n_time.mjs';

const { executeItems } = await packageOf('archive')('execute');
const courier = await packageOf('courier')('execute');

const run = (context, execute = executeItems) => until(execute(context));
const refusing = (...indexes) => ({ url }) => (indexes.includes(url.slice(-1)) ? { status: 400, json: { message: 'Not this one.' } } : { json: { id: url.slice(-1) } });
// Get the document with the item's index.
const getting = (more = {}) => contextOf({ items: 3, parameters: (index) => ({ operation: 'get_document', id: `${index}` }), respond: refusing(), ...more });
const sending = (more = {}) =>
  contextOf({
    items: 3,
    parameters: (index) => ({ operation: 'send_message', user_id: `user-${index}`, title: 'Hi', body: 'There' }),
    respond: (call) => ({ status: 202, json: { requestId: JSON.parse(call.body).message.to.user_id } }),
    ...more,
  });
const keysOf = (context) => context.calls.map(({ headers }) => headers['Idempotency-Key']);

test('each item has its own inputs, and its result is paired with it', async () => {
  const context = getting();
  const items = await run(context);
  assert.deepEqual(context.calls.map(({ url }) => url), [0, 1, 2].map((id) => `https://archive.example/api/documents/${id}`));
  assert.deepEqual(items.map(({ json, pairedItem }) => [json.id, pairedItem]), [['0', { item: 0 }], ['1', { item: 1 }], ['2', { item: 2 }]]);
  assert.deepEqual(Object.keys(items[0]), ['json', 'pairedItem']);
  assert.deepEqual(await run(getting({ items: 0 })), []);
});

test('the node of the package runs its items', async () => {
  const { [nodeFile.split('.')[0]]: Node } = await packageOf('archive')(`../${nodeFile.split('.')[0]}/${nodeFile}`);
  const node = new Node();
  assert.equal(node.description.displayName, 'Archive');
  const [items] = await until(node.execute.call(getting()));
  assert.equal(items.length, 3);
});

test('a failure stops the node and names its item', async () => {
  const context = getting({ respond: refusing('1') });
  await assert.rejects(run(context), (error) => error instanceof NodeApiError && error.httpCode === '400' && error.context.itemIndex === 1 && error.node === context.node);
  assert.equal(context.calls.length, 2);
});

test('where the node goes on, the failure is an item among the others', async () => {
  const items = await run(getting({ respond: refusing('1'), continueOnFail: true }));
  assert.deepEqual(items.map(({ json }) => json.id), ['0', undefined, '2']);
  const { json, pairedItem } = items[1];
  assert.deepEqual([pairedItem, json.details.itemIndex, json.details.status, Object.keys(json)], [{ item: 1 }, 1, 400, ['error', 'details']]);
});

test('inputs that are wrong are never sent', async () => {
  const context = sending({ parameters: () => ({ operation: 'send_message', title: 'Hi' }) });
  await assert.rejects(run(context, courier.executeItems), (error) => error instanceof NodeOperationError && error.context.problems.length > 0 && error.context.itemIndex === 0);
  assert.deepEqual(context.calls, []);
});

test('a credential that is incomplete is no item’s failure', async () => {
  for (const continueOnFail of [false, true]) {
    const context = getting({ credentials: { apiKey: '' }, continueOnFail });
    await assert.rejects(run(context), (error) => error instanceof NodeOperationError && error.context.itemIndex === undefined && error.context.code === 'missing_secret');
  }
});

test('any number of rows become items', async () => {
  const { executeItems: execute } = await packageOf('archive', ({ connector }) => (connector.limits.responseBytes = 10_000_000))('execute');
  const rows = Array.from({ length: 200_000 }, () => ({}));
  const context = contextOf({ parameters: () => ({ operation: 'list_documents', returnAll: true }), respond: () => ({ json: { value: rows } }) });
  assert.equal((await run(context, execute)).length, rows.length);
});

test('binary data that is missing is a failure of its item', async () => {
  const parameters = (index) => ({ operation: 'upload_document', document: `file-${index}` });
  const binary = (index) => (index === 1 ? { 'file-1': { data: 'eA==', mimeType: 'text/plain', fileName: 'x.txt' } } : {});
  const context = contextOf({ items: 2, parameters, binary, continueOnFail: true, respond: () => ({ status: 201, json: { id: 'new' } }) });
  const items = await run(context);
  assert.deepEqual(items[0].json, { error: 'There is no binary data “file-0”.', details: { itemIndex: 0 } });
  assert.deepEqual(items[1].json, { id: 'new', status: 201 });
  assert.match(context.calls[0].body.toString('latin1'), /filename="x\.txt"/);
});

test('a file that comes is binary data of the item', async () => {
  const parameters = () => ({ operation: 'get_content', id: 'a' });
  const respond = () => ({ headers: { 'content-type': 'image/png' }, body: new Uint8Array([1, 2, 3]) });
  const [{ json, binary, pairedItem }] = await run(contextOf({ parameters, respond }));
  assert.deepEqual([json.content, json.status, pairedItem], [{ '$content-type': 'image/png' }, 200, { item: 0 }]);
  assert.deepEqual([binary.content.data, binary.content.mimeType], ['AQID', 'image/png']);
});

// Pages of two documents each.
const paging = (parameters, pages = 3) => {
  const respond = (_, number) => ({
    json: {
      value: [{ id: `${number}a` }, { id: `${number}b` }],
      next: number < pages ? `https://archive.example/api/documents?page=${number + 1}` : null,
      paging: { more: number < pages },
    },
  });
  return contextOf({ parameters: () => ({ operation: 'list_documents', ...parameters }), respond });
};

test('a list is an item per row: as many as the limit, 50 where there is none, or all', async () => {
  const count = async (parameters, pages) => {
    const context = paging(parameters, pages);
    return [(await run(context)).length, context.calls.length];
  };
  assert.deepEqual(await count({ limit: 3 }), [3, 2]);
  assert.deepEqual(await count({ limit: '3' }), [3, 2]);
  assert.deepEqual(await count({ returnAll: false, limit: 2 }), [2, 1]);
  assert.deepEqual(await count({}, 30), [50, 25]);
  assert.deepEqual(await count({ returnAll: true, limit: 3 }, 30), [60, 30]);
  assert.deepEqual(await count({ returnAll: true, limit: 3, additionalFields: { wholePage: true } }), [1, 3]);
  assert.deepEqual((await run(paging({ limit: 3 }))).map(({ json, pairedItem }) => [json, pairedItem]), ['1a', '1b', '2a'].map((id) => [{ id }, { item: 0 }]));
});

test('a limit that is none is a problem of the item', async () => {
  for (const limit of [0, -1, 1.5, 'many']) await assert.rejects(run(paging({ limit })), (error) => error.context.problems?.[0].field === 'max_items');
});

test('a whole page is one item', async () => {
  const context = paging({ limit: 1, additionalFields: { wholePage: true } });
  assert.deepEqual(await run(context), [{ json: { documents: [{ id: '1a' }, { id: '1b' }] }, pairedItem: { item: 0 } }]);
  assert.equal(context.calls.length, 1);
  for (const wholePage of [false, 'true', undefined]) assert.equal((await run(paging({ limit: 1, additionalFields: { wholePage } }))).length, 1);
});

test('a list that does not come has no items, and a row that is no object is a value', async () => {
  const listing = (value, additionalFields) => contextOf({ parameters: () => ({ operation: 'list_documents', additionalFields }), respond: () => ({ json: { value } }) });
  assert.deepEqual(await run(listing(null)), []);
  assert.deepEqual(await run(listing([])), []);
  const { executeItems: untyped } = await packageOf('archive', ({ actions }) => {
    actions.list_documents.outputs.properties.documents.items = {};
  })('execute');
  assert.deepEqual((await run(listing(['a', 5, null, ['b'], { id: 'c' }]), untyped)).map(({ json }) => json), [
    { value: 'a' }, { value: 5 }, { value: null }, { value: ['b'] }, { id: 'c' },
  ]);
});

test('a list with files keeps them in its rows', async () => {
  const context = contextOf({ parameters: () => ({ operation: 'get_document', id: 'a' }), respond: () => ({ json: { id: 'a', files: [{ name: 'x', data: 'eA==' }], thumbnail: { base64: 'eA==' } } }) });
  const [{ json, binary }] = await run(context);
  assert.equal(binary.thumbnail.data, 'eA==');
  assert.equal(json.files[0].data.$content, 'eA==');
});

test('an output that n8n would take for a failure has another name', async () => {
  const shown = async (error, operation = 'get_message') => {
    const parameters = () => ({ operation, message_id: '1-x', returnAll: true });
    const message = { id: '1-x', status: 'UNDELIVERABLE', ...(error === undefined ? {} : { error }) };
    const respond = () => ({ json: operation === 'get_message' ? message : { results: [message], paging: { more: false } } });
    return (await run(contextOf({ parameters, respond }), courier.executeItems))[0].json;
  };
  for (const operation of ['get_message', 'list_messages']) {
    const json = await shown('No address', operation);
    assert.deepEqual([json.error_message, 'error' in json, json.id], ['No address', false, '1-x']);
    assert.equal((await shown(null, operation)).error_message, null);
  }
});

test('what a run warns of is a hint, once for all items', async () => {
  const context = getting({ respond: () => ({ json: { id: 5 } }) });
  await run(context);
  assert.equal(context.hints.length, 1);
  assert.equal(context.hints[0].location, 'outputPane');
  assert.match(context.hints[0].message, /ID/);
  const without = getting();
  await run(without);
  assert.deepEqual(without.hints, []);
});

test('an item has a key of its own, the same when n8n tries the node again and another in every other run', async () => {
  const first = sending();
  await run(first, courier.executeItems);
  const keys = keysOf(first);
  assert.ok(keys.every((key) => /^n8n-[0-9a-f]{40}$/.test(key)), keys);
  assert.equal(new Set(keys).size, 3);
  const again = async (more, change = () => {}) => {
    const context = sending(more);
    change(context);
    await run(context, courier.executeItems);
    return keysOf(context);
  };
  assert.deepEqual(await again({}), keys);
  const others = [
    await again({ executionId: 'another' }),
    await again({ runIndex: 1 }),
    await again({}, (context) => { context.node.id = 'another'; }),
    await again({}, (context) => { context.getWorkflow = () => ({ id: 'another' }); }),
    await again({}, (context) => { context.getInstanceId = () => 'another'; }),
    await again({ executionId: '' }),
    await again({ executionId: '' }),
  ];
  assert.equal(new Set([...keys, ...others.flat()]).size, 3 * 8);
});

test('when n8n tries the node again, only what failed is sent again', async () => {
  for (const continueOnFail of [false, true]) {
    const more = { executionId: `retry ${continueOnFail}`, retryOnFail: true, continueOnFail };
    const refused = (call) => (call.body.includes('user-1') ? { status: 400, json: { message: 'Not yet.' } } : { status: 202, json: { requestId: 'first' } });
    const first = sending({ ...more, respond: refused });
    if (continueOnFail) assert.deepEqual((await run(first, courier.executeItems)).map(({ json }) => json.requestId), ['first', undefined, 'first']);
    else await assert.rejects(run(first, courier.executeItems), { message: /Not yet/ });
    const second = sending(more);
    const items = await run(second, courier.executeItems);
    assert.deepEqual(items.map(({ json }) => json.requestId), continueOnFail ? ['first', 'user-1', 'first'] : ['first', 'user-1', 'user-2']);
    assert.deepEqual(items.map(({ pairedItem }) => pairedItem.item), [0, 1, 2]);
    assert.equal(keysOf(second)[0], keysOf(first)[1]);
    const third = sending(more);
    await run(third, courier.executeItems);
    assert.equal(third.calls.length, 3, 'what a run that succeeded did is forgotten');
  }
});

test('what was carried out, or may have been, is not sent again when n8n tries the node again', async () => {
  const lost = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
  const strange = () => ({ status: 200, body: streamOf('<html>') });
  const triedTwice = async (code, respond, once, parameters, continueOnFail) => {
    const more = { executionId: `${code} ${once} ${continueOnFail}`, retryOnFail: true, continueOnFail, items: 2, respond, parameters };
    const calls = [];
    for (const context of [contextOf(more), contextOf(more)]) {
      assert.equal(await run(context, courier.executeItems).then(([{ json }]) => json.details.code, (error) => error.context.code), code);
      calls.push(context.calls.length);
    }
    const most = continueOnFail ? 2 : 1;
    assert.deepEqual(calls, [most, once ? 0 : most], code);
  };
  const starting = (index) => ({ operation: 'run_bulk_job', job_id: `${index}` });
  const keyed = (index) => ({ operation: 'send_message', user_id: `${index}`, title: 'Hi', body: 'There' });
  const reading = (index) => ({ operation: 'get_message', message_id: `${index}` });
  for (const continueOnFail of [false, true]) {
    await triedTwice('outcome_unknown', lost, true, starting, continueOnFail);
    await triedTwice('output', strange, true, starting, continueOnFail);
    await triedTwice('output', strange, false, keyed, continueOnFail);
    await triedTwice('output', strange, false, reading, continueOnFail);
  }
});

test('a try of a tool of an agent repeats nothing that the try before may have done', async () => {
  const lost = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
  const tool = (runIndex, more = {}) => ({ executionId: 'tool', isTool: true, retryOnFail: true, items: 1, runIndex, ...more });
  for (const executionId of ['tool', '']) {
    const keys = [];
    for (const [runIndex, respond] of [lost, undefined, undefined].entries()) {
      const context = sending(tool(runIndex, { executionId, ...(respond ? { respond } : {}) }));
      await run(context, courier.executeItems).catch((error) => assert.equal(error.context.code, 'unavailable'));
      keys.push(keysOf(context)[0]);
    }
    assert.equal(keys[1], keys[0], 'the next try has the same key');
    assert.notEqual(keys[2], keys[0], 'a call after one that succeeded is another call');
  }
  const parameters = (job) => () => ({ operation: 'run_bulk_job', job_id: job });
  const calls = [];
  for (const [runIndex, job] of ['one', 'one', 'two'].entries()) {
    const context = contextOf(tool(runIndex, { respond: lost, parameters: parameters(job) }));
    await assert.rejects(run(context, courier.executeItems), (error) => error.context.code === 'outcome_unknown');
    calls.push(context.calls.length);
  }
  assert.deepEqual(calls, [1, 0, 1]);
});

test('a node that fails and is not tried again keeps nothing', async () => {
  for (const continueOnFail of [false, true]) {
    const more = { executionId: `no retry ${continueOnFail}`, continueOnFail };
    const failing = sending({ ...more, respond: (call) => (call.body.includes('user-1') ? { status: 400, json: {} } : { status: 202, json: {} }) });
    await run(failing, courier.executeItems).catch(() => {});
    const next = sending(more);
    await run(next, courier.executeItems);
    assert.equal(next.calls.length, 3);
  }
});

test('a run that succeeds keeps nothing, though it may be tried again', async () => {
  const more = { executionId: 'succeeds', retryOnFail: true };
  await run(sending(more), courier.executeItems);
  const next = sending(more);
  await run(next, courier.executeItems);
  assert.equal(next.calls.length, 3);
});

test('hints of what succeeded before are not lost when n8n tries the node again', async () => {
  const more = { executionId: 'hints', retryOnFail: true };
  const respond = ({ url }) => (url.endsWith('1') ? { status: 400, json: {} } : { json: { id: 5 } });
  await assert.rejects(run(getting({ ...more, respond })));
  const second = getting({ ...more, items: 2 });
  await run(second);
  assert.equal(second.hints.length, 1);
});

test('a long list of items waits an hour for the call limit, and no longer', async () => {
  // The second item has to wait for so many seconds; calls keep a little away from the limit.
  const slow = (seconds) => getting({ items: 2, credentials: { callsPerMinute: (60 * 241) / 240 / seconds } });
  assert.equal((await run(slow(3599.5))).length, 2);
  await assert.rejects(run(slow(3600.5)), (error) => error.context.code === 'throttled');
});

test('an execution that is cancelled gives its runs up', async () => {
  const controller = new AbortController();
  controller.abort();
  const context = getting({ signal: controller.signal });
  await assert.rejects(run(context), /cancelled/);
  assert.deepEqual(context.calls, []);
});
