'use strict';
// What a host relies on, beside what the vectors say.

const assert = require('node:assert/strict');
const test = require('node:test');
const core = require('../../connector/export/javascript/core');
const { bytesOf } = require('../../connector/export/javascript/core/request');
const { definitions } = require('./definitions');
const { mostInAWindow, virtualIo } = require('./virtual_time');

const json = (status, body, headers = {}) => ({ status, headers, body: body === undefined ? '' : JSON.stringify(body) });
const thing = (id = '1') => json(200, { id });

// A connector whose service is `answer(request, options, count)`.
function sample(answer, { connector = 'sample', ...more } = {}) {
  let count = 0;
  const io = virtualIo({ send: async (request, options) => answer(request, options, (count += 1)), ...more });
  const runtime = new core.Connector(definitions(connector), io, new core.Throttle());
  const connection = core.connect(runtime.definition, { values: { api_key: 'Bearer example-secret' } }, io.sha256);
  return { io, runtime, connection, run: (key, values, options) => io.until(runtime.run(key, values, connection, options)) };
}

test('250 items at once all succeed, and the service never sees more than the limit', async () => {
  const times = [];
  const { io, runtime, connection } = sample(() => times.push(io.time) && thing());
  const runs = Array.from({ length: 50 }, () => runtime.run('get_thing', { thing_id: 't' }, connection, { maxWait: 1000 }));
  const results = await io.until(Promise.all(runs));
  assert.equal(results.filter(({ fields }) => fields.id === '1').length, 50);
  assert.equal(mostInAWindow(times, 12), 5);
});

test('a run without time to wait does not wait, not even for a moment', async () => {
  const { io, run } = sample(() => thing());
  for (let call = 0; call < 5; call += 1) await run('get_thing', { thing_id: 't' });
  io.time = 11.5;
  await assert.rejects(run('get_thing', { thing_id: 't' }, { maxWait: 0 }), { code: 'throttled' });
  await assert.rejects(run('get_thing', { thing_id: 't' }, { maxWait: -1 }), { code: 'throttled' });
  assert.equal((await run('get_thing', { thing_id: 't' }, { maxWait: 1 })).fields.id, '1');
});

test('a service that asks for a pause is asked again by nobody before its end', async () => {
  const times = [];
  const { io, runtime, connection } = sample((request, options, count) => {
    times.push(io.time);
    return count === 1 ? json(429, undefined, { 'Retry-After': '30' }) : thing();
  });
  await io.until(Promise.all([1, 2].map((id) => runtime.run('get_thing', { thing_id: `${id}` }, connection, {}))));
  assert.ok(times.slice(2).every((time) => time >= 30));
});

test('the secret goes to the host apart from the request, and into no error', async () => {
  const { runtime, connection, run } = sample((request, options) => {
    assert.deepEqual(options.secretHeaders, { Authorization: 'Bearer example-secret' });
    assert.ok(!JSON.stringify(request).includes('example-secret'));
    return json(400, { message: 'Key example-secret is bad' });
  });
  const error = await run('get_thing', { thing_id: 't' }).catch((caught) => caught);
  assert.ok(!JSON.stringify([error.toDict(), error.message, error.stack]).includes('example-secret'));
  assert.equal(connection.identity.length, 64);
  assert.ok(!connection.identity.includes('example'));
  assert.equal(runtime.find('GET THING').key, 'get_thing');
});

test('a secret in the URL goes to the host apart from the request, and into no error', async () => {
  const seen = [];
  const io = virtualIo({
    send: async (request, options) => {
      seen.push({ request, options });
      return json(400, { message: `Not with ${options.signedUrl} and ${JSON.stringify(options.secretHeaders)}` });
    },
  });
  const runtime = new core.Connector(definitions('depot'), io, new core.Throttle());
  const failed = async (action, values) => {
    const connection = core.connect(runtime.definition, { values: { region: 'eu', ...values } }, io.sha256);
    const error = await io.until(runtime.run(action, {}, connection, {})).catch((caught) => caught);
    return JSON.stringify([error.toDict(), error.message, seen.at(-1).request]);
  };
  const inQuery = await failed('list_items', { key: 'canary key+1' });
  assert.equal(seen.at(-1).options.signedUrl, 'https://eu.depot.example/v1/items?api%20key=canary%20key%2B1');
  assert.ok(!inQuery.includes('canary'));
  assert.equal(seen.at(-1).options.templated.url, 'https://eu.depot.example/v1/items');
  const inPath = await failed('bot', { token: 'canary-token' });
  assert.equal(seen.at(-1).options.templated.url, 'https://eu.depot.example/v1/botcanary-token/send');
  assert.ok(!inPath.includes('canary'));
  const basic = await failed('list_items', { user: 'zoe', password: 'canary-password' });
  const pair = Buffer.from('zoe:canary-password').toString('base64');
  assert.deepEqual(seen.at(-1).options.secretHeaders, { Authorization: `Basic ${pair}` });
  assert.ok(!basic.includes('canary') && !basic.includes(pair));
});

test('one account is one limit, however its secret and its address are written', () => {
  const { runtime, io } = sample(thing);
  const identity = (baseUrl, key) => core.connect(runtime.definition, { baseUrl, values: { api_key: key } }, io.sha256).identity;
  const first = identity('https://api.example.com/v1', 'abc');
  assert.equal(identity('https://API.example.com:443/v1/', 'Bearer abc'), first);
  assert.equal(identity('https://api.example.com./v1', ' abc '), first);
  assert.notEqual(identity('https://api.example.com/v1', 'abd'), first);
  assert.notEqual(identity('https://api.example.com/v2', 'abc'), first);
});

test('of several kinds of connection, only the fields of the chosen one make another account', () => {
  const io = virtualIo();
  const { definition } = new core.Connector(definitions('depot'), io, new core.Throttle());
  const identity = (values) => core.connect(definition, { kind: 'login', values }, io.sha256).identity;
  const first = identity({ user: 'ada', password: 'secret' });
  assert.equal(identity({ user: 'ada', password: 'secret', token: 'left over' }), first);
  assert.notEqual(identity({ user: 'bob', password: 'secret' }), first);
  assert.notEqual(identity({ user: 'ada', password: 'other' }), first);
});

test('a call gets the time that is left of the run, and none where none is left', async () => {
  let seen;
  const { run } = sample((request, options) => {
    seen = options;
    return thing();
  });
  await run('get_thing', { thing_id: 't' }, { timeout: 7 });
  assert.deepEqual([seen.connectTimeout, seen.readTimeout, seen.timeout, seen.responseBytes], [7, 7, 7, 1_000_000]);
  const error = await run('get_thing', { thing_id: 't' }, { timeout: 0 }).catch((caught) => caught);
  assert.equal(error.message, 'The time for this run was used up before the call was made.');
});

test('a response larger than the limit is not read', async () => {
  for (const body of ['é'.repeat(500_001), new Uint8Array(1_000_001)]) {
    const { run } = sample(() => ({ status: 200, headers: {}, body }));
    const error = await run('get_thing', { thing_id: 't' }).catch((caught) => caught);
    assert.equal(error.code, 'response_size');
  }
});

test('a response in bytes is read as UTF-8', async () => {
  const { run } = sample(() => ({ status: 200, headers: {}, body: new TextEncoder().encode('\ufeff{"id":"é"}') }));
  const { fields, meta } = await run('get_thing', { thing_id: 't' });
  assert.deepEqual([fields.id, meta.request_id, meta.idempotency_key], ['é', null, null]);
});

test('an error that nobody knows may have been sent', async () => {
  for (const thrown of [new Error('what?'), 'text', undefined]) {
    const { run } = sample(() => Promise.reject(thrown));
    const error = await run('post_thing', { name: 'n' }).catch((caught) => caught);
    assert.equal(error.code, 'outcome_unknown');
  }
});

test('the codes of Node.js say what was sent and what was not', () => {
  const kindOf = (error) => core.transportErrorOf(error).code + (core.transportErrorOf(error) instanceof core.NotSentError ? '' : ', sent');
  const inside = (depth, cause) => (depth ? new Error('around', { cause: inside(depth - 1, cause) }) : cause);
  const failed = (code, more = {}) => Object.assign(new Error(code), { code, ...more });
  const cases = [
    [failed('ECONNREFUSED'), 'unavailable'],
    [failed('ENOTFOUND'), 'unknown_host'],
    [failed('EAI_AGAIN'), 'unknown_host'],
    [failed('ETIMEDOUT', { syscall: 'connect' }), 'unavailable'],
    [failed('UND_ERR_CONNECT_TIMEOUT'), 'unavailable'],
    [failed('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate'],
    [failed('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate'],
    [failed('ERR_INVALID_CHAR'), 'header'],
    [failed('ERR_INVALID_URL'), 'base_url'],
    [failed('ECONNRESET'), 'unavailable, sent'],
    [failed('ECONNRESET', { message: 'Client network socket disconnected before secure TLS connection was established' }), 'unavailable'],
    [failed('ECONNABORTED'), 'unavailable, sent'],
    [failed('ETIMEDOUT'), 'unavailable, sent'],
    // On a connection that stood, the same codes mean that the request had left.
    [failed('EHOSTUNREACH', { syscall: 'connect' }), 'unavailable'],
    [failed('EHOSTUNREACH', { syscall: 'read' }), 'unavailable, sent'],
    [failed('ENETUNREACH', { cause: failed('ENETUNREACH', { syscall: 'write' }) }), 'unavailable, sent'],
    [failed('ECONNREFUSED', { cause: failed('ECONNREFUSED', { syscall: 'writev' }) }), 'unavailable, sent'],
    [new TypeError('fetch failed', { cause: failed('ECONNREFUSED') }), 'unavailable'],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('all'), { errors: [failed('ECONNREFUSED'), failed('ECONNREFUSED')] }) }), 'unavailable'],
    [Object.assign(new Error('all'), { errors: [failed('ECONNREFUSED'), failed('ECONNRESET')] }), 'unavailable, sent'],
    [Object.assign(new Error('all'), { errors: [failed('ECONNREFUSED'), new Error('other')] }), 'unavailable, sent'],
    [Object.assign(new Error('all'), { errors: [new Error('other'), new Error('other')] }), 'unavailable, sent'],
    [Object.assign(new Error('all'), { errors: [], cause: failed('ENOTFOUND') }), 'unknown_host'],
    [inside(4, failed('ENOTFOUND')), 'unknown_host'],
    [inside(5, failed('ENOTFOUND')), 'unavailable, sent'],
    [failed('ECONNREFUSED', { message: 'before secure TLS connection' }), 'unavailable'],
    [failed('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'certificate'],
    [failed(111), 'unavailable, sent'],
    [core.transportError('proxy'), 'proxy'],
  ];
  for (const [error, expected] of cases) assert.equal(kindOf(error), expected, error.code || error.message);
});

test('a run that is given up while it waits sends nothing', async () => {
  const { io, runtime, connection } = sample(thing);
  await Promise.all([1, 2, 3, 4, 5].map(() => runtime.run('get_thing', { thing_id: 't' }, connection)));
  const stop = new AbortController();
  const waiting = runtime.run('get_thing', { thing_id: 't' }, connection, { signal: stop.signal });
  stop.abort();
  const error = await io.until(waiting).catch((caught) => caught);
  assert.deepEqual([error.code, error.message], ['throttled', 'The run was cancelled while it waited for the call limit.']);
});

test('a run that is given up after it was sent is not tried again, and says that it may have been carried out', async () => {
  const stop = new AbortController();
  const { run } = sample(() => {
    stop.abort();
    throw Object.assign(new Error('aborted'), { code: 'ERR_CANCELED' });
  });
  const error = await run('send_thing', { to: 'ada' }, { signal: stop.signal }).catch((caught) => caught);
  assert.deepEqual([error.code, error.idempotencyKey], ['unavailable', 'made-key']);
});

test('a run that is given up between two attempts ends as the first did, whether the host sleeps on or rejects', async () => {
  for (const wake of [() => {}, () => Promise.reject(new Error('aborted'))]) {
    const stop = new AbortController();
    const { io, run } = sample(() => json(503));
    io.sleep = async () => {
      stop.abort();
      return wake();
    };
    const error = await run('send_thing', { to: 'ada' }, { signal: stop.signal }).catch((caught) => caught);
    const expected = ['unavailable', 'The service failed (503 Service Unavailable).', 503, 'made-key'];
    assert.deepEqual([error.code, error.message, error.status, error.idempotencyKey], expected);
  }
});

test('a call that was not sent gives its place in the limit back', async () => {
  const { io, runtime, connection } = sample(() => {
    throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
  });
  for (let count = 0; count < 5; count += 1) await io.until(runtime.run('get_thing', { thing_id: 't' }, connection)).catch(() => {});
  assert.equal(io.time, 0); // Twenty attempts, where five may leave in twelve seconds.
});

test('a call counts from its response where nobody knows when it left, whatever the response says', async () => {
  for (const answer of [thing(), json(400, { message: 'no' })]) {
    const { io, run } = sample((request, options, count) => {
      if (count === 1) io.time += 4;
      return count === 1 ? answer : thing();
    });
    await run('get_thing', { thing_id: 't' }).catch((error) => error);
    for (let call = 0; call < 4; call += 1) await run('get_thing', { thing_id: 't' });
    const error = await run('get_thing', { thing_id: 't' }, { maxWait: 0 }).catch((caught) => caught);
    assert.ok(error.wait > 12, `${error.wait}`);
  }
});

test('every wait is reported before it begins', async () => {
  const reported = [];
  const { run } = sample((request, options, count) => (count === 1 ? json(503, undefined, { 'retry-after': '3' }) : thing()));
  await run('get_thing', { thing_id: 't' }, { onWait: (reason, seconds) => reported.push([reason, seconds]) });
  assert.deepEqual(reported, [['The service responded with 503; trying again', 3]]);
});

test('rows come one by one, and a page is fetched when its first row is asked for', async () => {
  const page = (ids, cursor) => json(200, { things: ids.map((id) => ({ id })), paging: { cursor, more: Boolean(cursor) } });
  let calls = 0;
  const { io, runtime, connection } = sample((request, options, count) => {
    calls = count;
    return [page(['a', 'b'], '2'), page(['c'], '3'), page(['d'], '')][count - 1];
  });
  const rows = runtime.iterate('list_things', {}, connection, { timeout: 10 });
  assert.equal(calls, 0);
  assert.equal((await io.until(rows.next())).value.id, 'a');
  io.time += 100; // What the caller does with a row is not the run's time.
  assert.equal((await io.until(rows.next())).value.id, 'b');
  assert.equal(calls, 1);
  assert.equal((await io.until(rows.next())).value.id, 'c');
  io.time += 100;
  assert.equal((await io.until(rows.next())).value.id, 'd');
  assert.equal((await io.until(rows.next())).done, true);
});

test('the time that pages take is that of all of them, and of nothing else', async () => {
  const seen = [];
  const { io, runtime, connection } = sample((request, { timeout }, count) => {
    seen.push(timeout);
    io.time += 3;
    return json(200, { things: [{ id: 'a' }], paging: { cursor: `${count}`, more: count < 3 } });
  });
  io.time = 50;
  const rows = runtime.iterate('list_things', {}, connection, { timeout: 10 });
  for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => io.until(rows.next()) }) }) io.time += 100;
  assert.deepEqual(seen, [10, 7, 4]);
});

test('as many rows come as are asked for, and no page is fetched for more', async () => {
  for (const [maxItems, ids, pages] of [[1, ['a'], 1], [2, ['a', 'b'], 1], [3, ['a', 'b', 'c'], 2], [9, ['a', 'b', 'c', 'd'], 2]]) {
    let calls = 0;
    const { io, runtime, connection } = sample((request, options, count) => {
      calls = count;
      const things = count === 1 ? ['a', 'b'] : ['c', 'd'];
      return json(200, { things: things.map((id) => ({ id })), paging: { cursor: `${count}`, more: count < 2 } });
    });
    const rows = runtime.iterate('list_things', {}, connection, { maxItems });
    const found = [];
    for (let next = await io.until(rows.next()); !next.done; next = await io.until(rows.next())) found.push(next.value.id);
    assert.deepEqual([found, calls], [ids, pages]);
  }
});

test('an action without pages has no rows to go through', async () => {
  const { runtime, connection } = sample(thing);
  const message = '“Get thing” has no pages to read.';
  const expected = { code: 'input', message: 'The action has no pages.', problems: [{ field: '', rule: 'pages', message, hint: '' }] };
  await assert.rejects(runtime.iterate('get_thing', { thing_id: 't' }, connection).next(), expected);
});

test('at most a thousand choices are offered', async () => {
  const items = Array.from({ length: 1001 }, (_, place) => ({ id: `${place}` }));
  const { io, runtime, connection } = sample(() => json(200, { items, paging: { more: false } }), { connector: 'courier' });
  assert.equal((await io.until(runtime.choices('replace_list_subscriptions', 'list_id', connection))).length, 1000);
});

test('where one kind of connection asks for nothing, a run needs none', async () => {
  const io = virtualIo({ send: async () => json(200, { id: '1' }) });
  const { connector, ...more } = definitions('depot');
  const open = { key: 'open', title: 'Open', fields: [], required: [], authorization: { headers: {}, query: {}, strip: [] } };
  const runs = (kinds) => new core.Connector({ ...more, connector: { ...connector, kinds } }, io, new core.Throttle()).run('anywhere', { url: 'https://a.example' }, null);
  assert.equal((await runs([...connector.kinds, open])).meta.status, 200);
  await assert.rejects(runs(connector.kinds), { code: 'missing_connection', message: 'This action needs a connection.' });
});

test('the choices of a field are those of all pages', async () => {
  const page = (rows, cursor) => json(200, { items: rows, paging: { cursor, more: Boolean(cursor) } });
  const { io, runtime, connection } = sample(
    (request, options, count) => [page([{ id: 'a', name: 'A' }], '2'), page([{ id: 'b' }, { name: 'none' }], '')][count - 1],
    { connector: 'courier' },
  );
  const found = await io.until(runtime.choices('replace_list_subscriptions', 'list_id', connection));
  assert.deepEqual(found, [{ value: 'a', label: 'A' }, { value: 'b', label: 'b' }]);
  await assert.rejects(runtime.choices('replace_list_subscriptions', 'recipients', connection), core.InputError);
});

test('choices may depend on another input', async () => {
  const topics = () => json(200, { items: [{ topic_id: 't', topic_name: 'T' }], paging: { more: false } });
  let url = '';
  const { io, runtime, connection } = sample((request) => {
    url = request.url;
    return topics();
  }, { connector: 'courier' });
  const ask = (inputs) => runtime.choices('get_user_preference', 'topic_id', connection, { inputs });
  assert.deepEqual(await io.until(ask({ user_id: 'a/b' })), [{ value: 't', label: 'T' }]);
  assert.ok(url.endsWith('/users/a%2Fb/preferences'));
  await assert.rejects(ask({ user_id: '' }), { message: /depend on User ID/, problems: [{ field: 'user_id', rule: 'required', message: 'User ID is required.', hint: '' }] });
});

test('inputs that are no object, or have no end, are an error of the inputs', async () => {
  const { runtime, connection } = sample(thing);
  for (const values of [null, [], 'text', 5]) {
    assert.throws(() => runtime.validate('get_thing', values), core.InputError);
    await assert.rejects(runtime.run('send_thing', values, connection, { idempotencyKey: 'k' }), core.InputError);
  }
  const endless = {};
  endless.self = endless;
  assert.throws(() => runtime.validate('every_keyword', { any: endless }), /nested too deeply/);
});

test('a file as large as a service takes may come as base64', () => {
  const { runtime } = sample(() => thing(), { connector: 'archive' });
  const given = (base64) => runtime.validate('put_content', { id: 'd', content: { $content: base64 } });
  const whole = 'AAAA'.repeat(5_000_000);
  const { inputs, problems } = given(`${whole}/w==`);
  assert.deepEqual([problems, inputs.content.bytes.length, inputs.content.bytes.at(-1)], [[], 15_000_001, 255]);
  for (const wrong of ['/', '=', '/w=', '====']) assert.match(given(whole + wrong).problems[0].message, /not valid base64/);
});

test('nobody goes through the bytes of a file one by one', async () => {
  const { run } = sample((request) => ({ status: 200, headers: {}, body: `{"id": ${request.content.length}}` }), { connector: 'archive' });
  const $content = new TextEncoder().encode('abc');
  const get = () => assert.fail('The bytes were gone through.');
  Object.defineProperty($content, 'byte', { enumerable: true, get });
  assert.equal((await run('put_content', { id: 'd', content: { $content } })).fields.status, 200);
  assert.ok((await run('upload_document', { document: { $content }, previews: [{ $content }] })).fields.id > 300);
});

test('what is no JSON is a problem at its field', () => {
  const { runtime } = sample(thing);
  const { problems } = runtime.validate('every_keyword', { number: NaN, whole: 10n, any: { f: () => 1, b: 10n, u: undefined, i: -Infinity } });
  assert.deepEqual(problems.map(({ field, rule }) => `${field} ${rule}`), [
    'whole type', 'number finite', 'any.f json', 'any.b json', 'any.u json', 'any.i finite',
  ]);
});

test('a date is sent as its text, and no caller’s value is changed', async () => {
  let sent;
  const { run } = sample((request) => {
    sent = JSON.parse(request.content);
    return thing();
  });
  const values = { name: new Date('2026-01-31T09:30:00Z'), parts: [{ name: '' }, { name: 'x' }] };
  await run('post_thing', values);
  assert.deepEqual(sent, { name: '2026-01-31T09:30:00.000Z', parts: [{ name: 'x' }] });
  assert.equal(values.parts.length, 2);
});

test('the whole sentence of an error lists every problem', async () => {
  const { run } = sample(thing);
  const error = await run('get_thing', { x: 1 }).catch((caught) => caught);
  assert.deepEqual(error.text.split('\n').map((line) => line.slice(0, 2)), ['Ge', '- ', '- ']);
  assert.equal(error.name, 'InputError');
});

test('what is not known of an error is null, and not in its JSON', () => {
  const error = new core.RefusedError('No.');
  assert.deepEqual([error.status, error.requestId, error.field, error.idempotencyKey, error.hint], [null, null, null, null, '']);
  assert.deepEqual(error.toDict(), { code: 'refused', message: 'No.', retryable: false });
  const [known, throttled] = [new core.RefusedError('No.', { status: 0, field: '', hint: 'h', requestId: 'r' }), new core.ThrottledError('Wait.')];
  assert.deepEqual(known.toDict(), { code: 'refused', message: 'No.', hint: 'h', field: '', status: 0, request_id: 'r', retryable: false });
  assert.deepEqual([throttled.wait, throttled.toDict()], [null, { code: 'throttled', message: 'Wait.', retryable: true, wait: null }]);
});

test('a run without a connection says so', async () => {
  const { runtime } = sample(thing);
  await assert.rejects(runtime.run('get_thing', { thing_id: 't' }, null), { code: 'missing_connection' });
});

test('the size of a request is counted in bytes of UTF-8', () => {
  const borders = ['\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}'];
  assert.deepEqual(borders.map(bytesOf), borders.map((text) => Buffer.byteLength(text)));
});

test('the types of the first thousand rows are checked', async () => {
  for (const [wrong, count] of [[999, 1], [1000, 0]]) {
    const things = Array.from({ length: 1001 }, (_, place) => ({ id: place === wrong ? 7 : 'a' }));
    const { run } = sample(async () => json(200, { things }));
    assert.equal((await run('list_things', {})).meta.warnings.length, count);
  }
});
