// What the runtime gets of n8n: the connection of a credential, a share of the call limit, time and sleep.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { contextOf, core, packageOf } from './n8n_package.mjs';
import { pass, since, until } from './n8n_time.mjs';

const { hostOf, sha256 } = await packageOf('archive')('host');

async function throttleOf(callsPerMinute) {
  const { share, throttle } = (await hostOf(contextOf({ credentials: { callsPerMinute } }))).connector.definition;
  assert.deepEqual([throttle.calls, throttle.renewalPeriod], [50, 10]);
  return share ?? throttle;
}

test('Calls per Minute is a share of the service’s limit, never more than that', async () => {
  const shares = [
    [6000, 50, 10], [300, 50, 10], [301, 50, 10], [299, 49, 10], [60, 10, 10], ['65', 10, 10], [6, 1, 10], [5.9, 1, 60 / 5.9], [3, 1, 20], [0.5, 1, 120],
    [0, 50, 10], [-6, 50, 10], ['', 50, 10], ['many', 50, 10], [undefined, 50, 10], [null, 50, 10],
  ];
  for (const [callsPerMinute, calls, renewalPeriod] of shares) {
    const throttle = await throttleOf(callsPerMinute);
    assert.deepEqual([throttle.calls, throttle.renewalPeriod], [calls, renewalPeriod], `${callsPerMinute}`);
  }
});

test('all executions of a process share the limit of an account', async () => {
  const run = async (credentials) => {
    const { connector, connection } = await hostOf(contextOf({ credentials: { callsPerMinute: 6, ...credentials } }));
    return (await until(connector.run('head_document', { id: 'a' }, connection))).meta.waited;
  };
  assert.equal(await run({ apiKey: 'one' }), 0);
  assert.equal(await run({ apiKey: 'other' }), 0);
  const waited = await run({ apiKey: 'one' });
  assert.ok(waited >= 10 && waited < 11, `${waited}`);
});

test('an account has one limit, however many Calls per Minute its credentials allow', async () => {
  const [all, most] = await Promise.all([6000, 240].map((callsPerMinute) => hostOf(contextOf({ credentials: { apiKey: 'both', callsPerMinute } }))));
  const waited = async ({ connector, connection }) => (await until(connector.run('head_document', { id: 'a' }, connection))).meta.waited;
  for (let call = 0; call < 40; call += 1) assert.equal(await waited(most), 0);
  for (let call = 0; call < 10; call += 1) assert.equal(await waited(all), 0);
  assert.ok((await waited(all)) >= 10);
});

// The depot has fields of every kind; one more has a name that n8n does not take.
const odd = (definitions) => {
  const { connection, kinds } = definitions.connector;
  connection.properties['own_site-ID 2'] = { title: 'Own site', writeOnly: false };
  for (const kind of kinds) kind.fields.push('own_site-ID 2');
};
const depot = await packageOf('depot', odd)('host');
const LOGIN = { kind: 'login', user: 'ada', password: 'secret', region: 'eu', account: 5, ownSiteID2: 'site' };

test('a credential becomes a connection, whose fields have names in camel case', async () => {
  const context = contextOf({ credentials: LOGIN });
  const { connection } = await depot.hostOf(context);
  assert.equal(context.credentialType, 'archiveActionsApi');
  assert.deepEqual(connection.endpoint.values, { user: 'ada', region: 'eu', account: '5', 'own_site-ID 2': 'site' });
  assert.deepEqual(connection.endpoint.secrets, ['password']);
  assert.ok(connection.secrets.includes('secret'));
});

test('the kind of connection counts, else the first that the fields fit', async () => {
  const both = { ...LOGIN, key: 'a-key' };
  const sentBy = async (credentials) => {
    const { connection } = await depot.hostOf(contextOf({ credentials }));
    return connection.sign({ method: 'GET', url: 'https://eu.depot.example/v1/', headers: {}, secretHeaders: {} }).url;
  };
  assert.match(await sentBy({ ...both, kind: 'api_key' }), /a-key/);
  for (const kind of [undefined, null, '']) assert.match(await sentBy({ ...both, kind }), /a-key/);
  assert.doesNotMatch(await sentBy(both), /a-key/);
  await assert.rejects(depot.hostOf(contextOf({ credentials: { ...LOGIN, kind: 'none' } })), { code: 'unknown_kind' });
});

test('a field called kind is one like the others where there is one kind of connection', async () => {
  const named = await packageOf('archive', ({ connector: { connection, kinds } }) => {
    connection.properties.kind = { title: 'Kind' };
    kinds[0].fields.push('kind');
  })('host');
  const { connection } = await named.hostOf(contextOf({ credentials: { kind: 'blue' } }));
  assert.deepEqual(connection.endpoint.values, { kind: 'blue' });
});

test('a credential without its fields is refused', async () => {
  for (const apiKey of [undefined, null, '']) await assert.rejects(hostOf(contextOf({ credentials: { apiKey } })), { code: 'missing_secret' });
});

test('the base URL may be another one, and is insecure only where the credential says so', async () => {
  const baseUrlOf = async (baseUrl, allowInsecure) => (await hostOf(contextOf({ credentials: { baseUrl, allowInsecure } }))).connection.endpoint.baseUrl;
  for (const none of [undefined, null, '']) assert.equal(await baseUrlOf(none), 'https://archive.example/api');
  assert.equal(await baseUrlOf('https://other.example'), 'https://other.example');
  assert.equal(await baseUrlOf('http://other.example', true), 'http://other.example');
  for (const no of [undefined, false, 'true', 1]) await assert.rejects(baseUrlOf('http://other.example', no), core.AuthorizationError);
});

test('the signal is the execution’s; who only looks at lists has none', async () => {
  const { signal } = new AbortController();
  assert.equal((await hostOf(contextOf({ signal }))).signal, signal);
  const { getExecutionCancelSignal: _, ...listing } = contextOf();
  assert.equal((await hostOf(listing)).signal, undefined);
});

test('the runtime sends with the helper, and has a clock, chance, keys and hashes', async () => {
  const context = contextOf({ respond: () => ({ status: 204, body: '' }) });
  const { connector, connection } = await hostOf(context);
  await connector.run('head_document', { id: 'a' }, connection);
  assert.deepEqual([context.calls[0].method, context.calls[0].url], ['HEAD', 'https://archive.example/api/documents/a']);
  const { io } = connector;
  const before = io.now();
  await pass(1500);
  assert.equal(io.now() - before, 1.5);
  const [earlier, wall, later] = [Date.now(), io.wall(), Date.now()];
  assert.ok(earlier <= wall && wall <= later);
  const chances = Array.from({ length: 20 }, io.random);
  assert.ok(chances.every((chance) => chance >= 0 && chance < 1) && new Set(chances).size > 1);
  assert.match(io.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.notEqual(io.uuid(), io.uuid());
  assert.equal(io.sha256('Grüße'), createHash('sha256').update('Grüße').digest('hex'));
  assert.equal(sha256('a'), io.sha256('a'));
});

test('sleep takes as long as it should, and sees within half a second that the execution was cancelled', async () => {
  const { io } = (await hostOf(contextOf())).connector;
  const slept = async (seconds, signal) => {
    const begin = performance.now();
    await until(io.sleep(seconds, signal));
    return since(begin);
  };
  for (const seconds of [0, -1, 0.2, 0.5, 1.75, 30]) assert.equal(await slept(seconds), Math.max(0, seconds) * 1000);
  const controller = new AbortController();
  assert.equal(await slept(1, controller.signal), 1000);
  let isAwake = false;
  const sleeping = io.sleep(3600, controller.signal).then(() => { isAwake = true; });
  await pass(2001);
  controller.abort();
  await pass(498);
  assert.equal(isAwake, false);
  await pass(1);
  assert.equal(isAwake, true);
  await sleeping;
  assert.equal(await slept(10, controller.signal), 0);
});

test('a run that waits for the limit is given up when the execution is cancelled', async () => {
  const controller = new AbortController();
  const { connector, connection, signal } = await hostOf(contextOf({ credentials: { callsPerMinute: 1 }, signal: controller.signal }));
  await until(connector.run('head_document', { id: 'a' }, connection, { signal }));
  const refused = assert.rejects(connector.run('head_document', { id: 'a' }, connection, { signal, maxWait: 600 }), /cancelled/);
  await pass(5000);
  controller.abort();
  await pass(500);
  await refused;
});
