// Sending one request with n8n's helper, and reading its response within its bounds.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { contextOf, core, packageOf, streamOf } from './n8n_package.mjs';
import { isHeard, pass, settled, until } from './n8n_time.mjs';

const { send } = await packageOf('archive')('send');

const REQUEST = { method: 'POST', url: 'https://archive.example/api/a', headers: { Accept: 'application/json' }, content: '{"a":1}' };
const OPTIONS = {
  templated: { url: 'https://archive.example/api/a?x=1', headers: { 'X-Own': '1' } },
  signedUrl: 'https://archive.example/api/secret',
  secretHeaders: { 'X-Archive-Key': 'secret' },
  connectTimeout: 10,
  readTimeout: 30,
  timeout: 300,
  responseBytes: 10_000_000,
};

// What comes of a response with this body, or of what a function of the call responds.
const sent = (body, options = {}, request = REQUEST) => {
  const context = contextOf({ respond: (call) => (typeof body === 'function' ? body(call) : { body }) });
  const response = send(context, request, { ...OPTIONS, ...options });
  response.catch(() => {}); // A test looks at it later.
  return { context, response };
};
const bodyOf = async (body, options) => (await sent(body, options).response).body;
// A body that goes on when a test says so.
const opened = () => new Readable({ read() {} });
const failsWith = async (promise, kind, bytes) => {
  const { name, message, code } = core.transportError(kind, bytes);
  await assert.rejects(until(promise), { name, message, code });
};

test('the helper gets the request without secrets, within the time that the run has', async () => {
  const { signal } = new AbortController();
  const { context, response } = sent(streamOf('{}'), { signal });
  await response;
  assert.deepEqual(context.calls, [
    {
      type: 'archiveActionsApi',
      method: 'POST',
      url: 'https://archive.example/api/a?x=1',
      headers: { Accept: 'application/json', 'X-Own': '1', 'User-Agent': 'n8n-nodes-archive-actions/1.0.0' },
      body: '{"a":1}',
      encoding: 'stream',
      timeout: 30_000,
      returnFullResponse: true,
      ignoreHttpStatusErrors: true,
      disableFollowRedirect: true,
      abortSignal: signal,
    },
  ]);
});

test('bytes are sent as bytes, and no body as none', async () => {
  for (const [content, body] of [[new Uint8Array([0, 255, 10]), Buffer.from([0, 255, 10])], ['text', 'text'], [undefined, undefined]]) {
    const { context, response } = sent(streamOf('{}'), {}, { ...REQUEST, content });
    await response;
    assert.deepEqual(context.calls[0].body, body);
  }
});

test('the helper waits for the shorter of both times, in whole milliseconds', async () => {
  for (const [readTimeout, timeout, milliseconds] of [[30, 7, 7000], [3, 7, 3000], [30, 0.0015, 2], [30, 30, 30_000]]) {
    const { context, response } = sent(streamOf('{}'), { readTimeout, timeout });
    await response;
    assert.equal(context.calls[0].timeout, milliseconds);
  }
});

test('a response of any status has its headers and its whole body', async () => {
  const headers = { 'content-type': 'text/plain', 'set-cookie': ['a', 'b'] };
  const body = streamOf('Grüße, ', 'wo', 'rld');
  assert.deepEqual(await sent(() => ({ status: 404, headers, body })).response, { status: 404, headers, body: Buffer.from('Grüße, world') });
  assert.equal(body.destroyed, true);
  assert.deepEqual(await bodyOf(streamOf()), Buffer.alloc(0));
});

test('a body that is no stream is taken as it is, JSON as its text', async () => {
  assert.equal(await bodyOf('text'), 'text');
  assert.deepEqual(await bodyOf(new Uint8Array([1, 2])), new Uint8Array([1, 2]));
  for (const nothing of [null, undefined, '']) assert.equal(await bodyOf(nothing), '');
  const values = [{ a: 1 }, [1], 5, false, { destroy: 'a' }, { ...{ async *[Symbol.asyncIterator]() {} }, b: 1 }];
  for (const value of values) assert.equal(await bodyOf(value), JSON.stringify(value));
});

test('what the helper throws is for the runtime to read', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  await assert.rejects(sent(() => Promise.reject(refused)).response, refused);
});

test('a helper that throws because the run was cancelled does not say that the connection broke', async () => {
  const controller = new AbortController();
  const cancelled = () => {
    controller.abort();
    return Promise.reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' }));
  };
  await failsWith(sent(cancelled, { signal: controller.signal }).response, 'cancelled_in_flight');
});

test('a body may be as large as the limit and no larger', async () => {
  assert.equal((await bodyOf(streamOf('12345', '67890'), { responseBytes: 10 })).length, 10);
  const large = streamOf('12345', '678901', 'more');
  await failsWith(sent(large, { responseBytes: 10 }).response, 'response_size', 10);
  assert.equal(large.destroyed, true);
  await failsWith(sent(streamOf('x'.repeat(2_500_001)), { responseBytes: 2_500_000 }).response, 'response_size', 2_500_000);
});

test('a body that says nothing for longer than the longest wait has stopped', async () => {
  const body = opened();
  const { response } = sent(body, { readTimeout: 30, timeout: 300 });
  body.push('a');
  await pass(29_999);
  body.push('b');
  await pass(29_999);
  assert.equal(body.destroyed, false);
  await pass(1);
  assert.equal(body.destroyed, true);
  await failsWith(response, 'response_stopped');
});

test('a body that goes on and on ends with the time of the run', async () => {
  const body = opened();
  const { response } = sent(body, { readTimeout: 30, timeout: 100 });
  for (let piece = 0; piece < 5; piece += 1) {
    assert.equal(body.destroyed, false);
    body.push('a');
    await pass(20_000);
  }
  assert.equal(body.destroyed, true);
  await failsWith(response, 'response_endless');
});

test('a body that stops when the time of the run is over did not end in time', async () => {
  await failsWith(sent(opened(), { readTimeout: 30, timeout: 30 }).response, 'response_endless');
});

test('a response that came leaves nobody behind who waits for it', async () => {
  await sent(streamOf('a', 'b')).response;
  assert.equal(isHeard(), false);
});

test('the time until the response came counts, too', async () => {
  const body = opened();
  let arrive;
  const { response } = sent(() => new Promise((resolve) => { arrive = resolve; }), { readTimeout: 30, timeout: 40 });
  await pass(25_000);
  arrive({ body });
  await pass(14_999);
  assert.equal(body.destroyed, false);
  await pass(1);
  assert.equal(body.destroyed, true);
  await failsWith(response, 'response_endless');
});

test('a slow body that ends in time is whole', async () => {
  const body = opened();
  const { response } = sent(body, { readTimeout: 30, timeout: 100 });
  for (const piece of ['a', 'b', 'c', null]) {
    await pass(20_000);
    body.push(piece);
  }
  assert.deepEqual((await response).body, Buffer.from('abc'));
});

test('a body that breaks is broken, or cancelled where the run is', async () => {
  for (const [isCancelled, kind] of [[false, 'broken_response'], [true, 'cancelled_in_flight']]) {
    const controller = new AbortController();
    const body = opened();
    const { response } = sent(body, { signal: controller.signal });
    body.push('a');
    await settled();
    if (isCancelled) controller.abort();
    body.destroy(new Error('aborted'));
    await failsWith(response, kind);
  }
  const body = opened();
  const { response } = sent(body);
  body.destroy(new Error('aborted'));
  await failsWith(response, 'broken_response');
});

test('a service that does not respond ends with the time of the run', async () => {
  let arrive;
  const { response } = sent(() => new Promise((resolve) => { arrive = resolve; }), { readTimeout: 30, timeout: 20 });
  let isOver = false;
  response.catch(() => { isOver = true; });
  await pass(19_999);
  assert.equal(isOver, false);
  await pass(1);
  assert.equal(isOver, true);
  await failsWith(response, 'read_timeout');
  const late = opened();
  arrive({ body: late });
  await settled();
  assert.equal(late.destroyed, true);
});

test('whatever comes late, nobody hears of it', async () => {
  const unheard = [];
  const hear = (error) => unheard.push(error);
  process.on('unhandledRejection', hear);
  for (const late of [() => Promise.reject(new Error('too late')), () => ({ body: 'text' }), () => ({ body: null })]) {
    let arrive;
    const { response } = sent(() => new Promise((resolve) => { arrive = resolve; }), { timeout: 20 });
    await failsWith(response, 'read_timeout');
    arrive(late());
    await settled();
  }
  process.off('unhandledRejection', hear);
  assert.deepEqual(unheard, []);
});

test('a run without time left does not wait', async () => {
  await failsWith(sent(() => new Promise(() => {}), { timeout: -1 }).response, 'read_timeout');
});
