'use strict';
// Which proxy Node-RED uses for an address, by the variables that curl and Python's requests read.

const assert = require('node:assert/strict');
const http = require('node:http');
const https = require('node:https');
const test = require('node:test');
const { lib } = require('./node_red_lib');

const { proxyOf, routeOf } = lib('proxy');

const NAMES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

function proxied(address, variables) {
  for (const name of NAMES.flatMap((each) => [each, each.toUpperCase()])) delete process.env[name];
  Object.assign(process.env, variables);
  return proxyOf(address)?.href ?? null;
}

const HTTP = 'http://proxy.example:3128/';
const SAFE = 'https://safe.example/';

test('the variable of the scheme comes before that of all, in either case, and may leave the scheme out', () => {
  const [plain, tls] = ['http://service.example/a', 'https://service.example/a'];
  assert.equal(proxied(plain, {}), null);
  assert.equal(proxied(plain, { http_proxy: HTTP, all_proxy: SAFE }), HTTP);
  assert.equal(proxied(tls, { http_proxy: HTTP, all_proxy: SAFE }), SAFE);
  assert.equal(proxied(tls, { HTTPS_PROXY: HTTP }), HTTP);
  assert.equal(proxied(tls, { https_proxy: HTTP, HTTPS_PROXY: SAFE }), HTTP);
  assert.equal(proxied(plain, { http_proxy: 'proxy.example:3128' }), HTTP);
  assert.equal(proxied(plain, { http_proxy: 'socks5://proxy.example' }), null);
  assert.equal(proxied(plain, { http_proxy: 'http://' }), null);
});

test('nothing on this machine is reached through a proxy', () => {
  for (const host of ['localhost', 'service.localhost', '127.0.0.1', '127.9.9.9', '[::1]']) assert.equal(proxied(`http://${host}:8080/`, { http_proxy: HTTP }), null);
  for (const host of ['localhost.example', '128.0.0.1', 'notlocalhost', '[::2]']) assert.equal(proxied(`http://${host}/`, { http_proxy: HTTP }), HTTP);
});

test('a host, a domain, a port or everything is left out of it', () => {
  const direct = (address, no_proxy) => proxied(address, { all_proxy: HTTP, no_proxy }) === null;
  assert.ok(direct('http://service.example/', '*'));
  assert.ok(direct('http://service.example/', 'other.example, SERVICE.example'));
  assert.ok(direct('http://a.service.example/', 'service.example'));
  assert.ok(direct('http://a.service.example/', '.service.example'));
  assert.ok(direct('http://a.service.example/', '*.service.example'));
  assert.ok(direct('http://service.example:8080/', 'service.example:8080'));
  assert.ok(direct('http://service.example:8080/', 'service.example'));
  for (const other of ['', ' ', ',', 'example.com', 'ervice.example', 'service.example:8080', 'a.service.example']) {
    assert.ok(!direct('http://service.example/', other), other);
  }
});

test('a plain request names the whole address, and the proxy gets its own credentials', () => {
  const url = new URL('http://service.example:8080/a?b=c');
  const route = routeOf(new URL('http://ada:s%40crt@proxy.example:3128'), url, { method: 'GET' }, url.href);
  const { agent, ...rest } = route;
  assert.equal(agent.keepAlive, true);
  assert.deepEqual(rest, {
    protocol: 'http:',
    hostname: 'proxy.example',
    port: '3128',
    servername: 'proxy.example',
    path: url.href,
    headers: { Host: 'service.example:8080', 'Proxy-Authorization': `Basic ${Buffer.from('ada:s@crt').toString('base64')}` },
  });
  // A percent sign that begins no code is one, as in Python's requests.
  const odd = routeOf(new URL('http://ada%40b:100%@proxy.example'), url, {}, url.href);
  assert.equal(odd.headers['Proxy-Authorization'], `Basic ${Buffer.from('ada@b:100%').toString('base64')}`);
  const other = routeOf(new URL('https://[::3]'), url, {}, url.href);
  assert.deepEqual([other.hostname, other.port, other.servername, other.headers], ['::3', undefined, '', { Host: 'service.example:8080' }]);
});

test('a request over TLS goes through one tunnel per proxy', () => {
  const url = new URL('https://service.example/');
  const [one, same, other] = ['http://p.example', 'http://p.example', 'http://q.example'].map((proxy) => routeOf(new URL(proxy), url, { path: '/' }, url.href));
  assert.equal(one.agent, same.agent);
  assert.notEqual(one.agent, other.agent);
  assert.deepEqual([one.path, one.agent.keepAlive], ['/', true]);
});

test('a tunnel is asked for with the proxy\'s user name and password', async () => {
  const asked = [];
  const proxy = http.createServer().on('connect', (request, socket) => {
    asked.push([request.url, request.headers['proxy-authorization']]);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await new Promise((listening) => { proxy.listen(0, '127.0.0.1', listening); });
  const url = new URL('https://service.example/a');
  const direct = { hostname: url.hostname, path: url.pathname };
  const route = routeOf(new URL(`http://ada:s%40crt@127.0.0.1:${proxy.address().port}`), url, direct, url.href);
  await new Promise((failed) => { https.request(route).once('error', failed).end(); });
  assert.deepEqual(asked, [['service.example:443', `Basic ${Buffer.from('ada:s@crt').toString('base64')}`]]);
  proxy.close();
});
