'use strict';
// One request of Node-RED through real sockets of this machine: what it leaves behind, and to the byte how much it reads.
// tests/faults has what goes wrong.

const assert = require('node:assert/strict');
const { getEventListeners, once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const test = require('node:test');
const zlib = require('node:zlib');
const { lib } = require('./node_red_lib');

const { send } = lib('http_call');

const NEVER = { timeout: 60_000 }; // Only a broken one takes so long.

// What happens with a server that is there meanwhile.
async function served(server, act) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await act(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections?.();
    server.close();
  }
}

const options = (signedUrl, more = {}) => ({
  ...{ signedUrl, secretHeaders: {}, connectTimeout: 30, readTimeout: 30, timeout: 30, responseBytes: 1000 },
  ...{ departing: async () => {}, sent: () => {}, ...more },
});
const get = (url, more) => send('agent/1', { method: 'GET', headers: {} }, options(url, more));
const answering = (headers, body) => http.createServer((request, response) => response.writeHead(200, headers).end(body));
const PACKED = { 'Content-Encoding': 'gzip' };

test('a connection that was to switch protocols is closed', NEVER, async () => {
  let closed;
  const server = net.createServer((socket) => {
    closed = once(socket, 'close');
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'));
  });
  const { status, body } = await served(server, async (url) => {
    const response = await get(url);
    await closed;
    return response;
  });
  assert.deepEqual([status, body], [101, '']);
});

test('what is sent is what was asked for', NEVER, async () => {
  const server = http.createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.end(JSON.stringify([request.method, request.url, request.headers, Buffer.concat(chunks).toString()]));
  });
  const heard = await served(server, async (url) => {
    const sent = [];
    const request = { method: 'POST', headers: { 'X-A': 'b' }, content: 'ü' };
    const more = { secretHeaders: { Authorization: 'secret' }, sent: () => sent.push('sent'), departing: async () => sent.push('departing') };
    const { body } = await send('agent/1', request, options(`${url}a%2Fb/../c?d=%20`, more));
    assert.deepEqual(sent, ['departing', 'sent']);
    return JSON.parse(body.toString());
  });
  const { host, connection, ...headers } = heard[2];
  assert.deepEqual([heard[0], heard[1], heard[3]], ['POST', '/a%2Fb/../c?d=%20', 'ü']);
  assert.deepEqual(headers, { 'user-agent': 'agent/1', 'accept-encoding': 'gzip', 'x-a': 'b', authorization: 'secret', 'content-length': '2' });
});

test('a response is read up to its limit, packed or not', NEVER, async () => {
  for (const [headers, pack] of [[{}, (text) => text], [PACKED, zlib.gzipSync], [{ 'Content-Encoding': ' X-GZIP ' }, zlib.gzipSync], [{ 'Content-Encoding': 'deflate' }, zlib.deflateSync]]) {
    const [whole, more] = [1000, 1001].map((length) => answering(headers, pack('x'.repeat(length))));
    assert.equal((await served(whole, get)).body.toString(), 'x'.repeat(1000));
    await assert.rejects(served(more, get), { code: 'response_size', message: /larger than 0 MB/ });
  }
});

test('a body that is not packed as it says is broken, and an empty one is empty', NEVER, async () => {
  assert.equal((await served(answering(PACKED, ''), get)).body.length, 0);
  assert.equal((await served(answering({ 'Content-Encoding': 'br' }, 'as it is'), get)).body.toString(), 'as it is');
  await assert.rejects(served(answering(PACKED, 'plain'), get), { message: 'The connection broke while the response was being read.' });
  await assert.rejects(served(answering(PACKED, zlib.gzipSync('x'.repeat(500)).subarray(0, 15)), get), { message: 'The response ended before it was complete.' });
});

test('a call leaves no timer and no listener behind, however it ended', NEVER, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const { signal } = new AbortController();
  const before = timers();
  let waiting;
  const departing = async () => {
    waiting = timers();
  };
  await served(answering({}, 'x'), (url) => get(url, { signal, departing }));
  assert.equal(waiting, before + 1); // While it waits to depart, only the end of the run is near.
  await assert.rejects(served(answering({}, 'x'.repeat(1001)), (url) => get(url, { signal })));
  await assert.rejects(served(answering({}, ''), (url) => get(url, { signal, departing: () => Promise.reject(new Error('no')) })), { message: 'no' });
  assert.deepEqual([timers(), getEventListeners(signal, 'abort').length], [before, 0]);
});

test('a call that is given up says whether it had left', NEVER, async () => {
  const silent = () => http.createServer(() => {});
  const stopped = AbortSignal.abort();
  await assert.rejects(served(silent(), (url) => get(url, { signal: stopped })), { name: 'NotSentError' });
  const stop = new AbortController();
  const later = { signal: stop.signal, sent: () => setImmediate(() => stop.abort()) };
  await assert.rejects(served(silent(), (url) => get(url, later)), { name: 'ConnectionLostError', message: 'The run was cancelled before the response came.' });
});

test('a connection that was closed before anything was written to it is made anew', NEVER, async () => {
  const [opened, heard] = [[], []];
  const server = http.createServer((request, response) => {
    heard.push(request.url);
    response.writeHead(200, { Connection: 'close' }).end('x');
  });
  server.on('connection', (socket) => opened.push(socket));
  const departing = async () => {
    const [socket] = opened;
    if (opened.length > 1) return;
    socket.end();
    await once(socket, 'close'); // The other side has noticed, and ended too.
  };
  const response = await served(server, (url) => get(url, { departing }));
  assert.deepEqual([response.status, opened.length, heard], [200, 2, ['/']]);
});
