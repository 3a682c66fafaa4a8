'use strict';
// The proxy that the environment asks for: http_proxy, https_proxy, all_proxy and no_proxy, in either case.

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { unescape } = require('node:querystring');
const tls = require('node:tls');
const { transportError } = require('../core');

const LONGEST_SILENCE = 60_000; // Milliseconds in which a proxy must say whether it makes a tunnel.
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
const tunnels = new Map();

// The proxy for an address; null for none. Nothing on this machine is reached through one: a proxy would not find it.
function proxyOf(address) {
  const { hostname, port, protocol } = new URL(address);
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)) return null;
  const found = setting(`${protocol.slice(0, -1)}_proxy`) || setting('all_proxy');
  if (!found || setting('no_proxy').split(/[\s,]+/).some((name) => isNamed(name, hostname, port))) return null;
  try {
    const proxy = new URL(/^[a-z0-9]+:\/\//i.test(found) ? found : `http://${found}`);
    return ['http:', 'https:'].includes(proxy.protocol) ? proxy : null;
  } catch {
    return null;
  }
}

const setting = (name) => process.env[name] || process.env[name.toUpperCase()] || '';

function isNamed(name, hostname, port) {
  const [host, only] = name.toLowerCase().replace(/^\*?\./, '').split(':');
  if (host === '*') return true;
  return host !== '' && (hostname === host || hostname.endsWith(`.${host}`)) && (!only || only === port);
}

// The options of a request that goes through the proxy: a tunnel for https, the whole address in the first line for http.
function routeOf(proxy, url, direct, address) {
  const authorization = authorizationOf(proxy);
  if (url.protocol === 'https:') return { ...direct, agent: tunnelThrough(proxy, authorization) };
  const headers = { Host: url.host, ...authorization };
  return { ...placeOf(proxy), path: address, headers, agent: agents[proxy.protocol] };
}

// Where a proxy is; its certificate is for its own name, whatever host is asked for.
function placeOf({ protocol, hostname, port }) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { protocol, hostname: host, port: port || undefined, servername: net.isIP(host) ? '' : host };
}

function authorizationOf({ username, password }) {
  if (!username) return {};
  const pair = `${unescape(username)}:${unescape(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function tunnelThrough(proxy, authorization) {
  if (!tunnels.has(proxy.href)) tunnels.set(proxy.href, new Tunnel(proxy, authorization));
  return tunnels.get(proxy.href);
}

class Tunnel extends https.Agent {
  constructor(proxy, authorization) {
    super({ keepAlive: true });
    this.proxy = proxy;
    this.authorization = authorization;
  }

  createConnection(options, done) {
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    const target = `${host}:${options.port}`;
    const place = placeOf(this.proxy);
    const asking = (place.protocol === 'https:' ? https : http).request({
      ...place,
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...this.authorization },
      agent: false,
      timeout: LONGEST_SILENCE,
    });
    asking.once('connect', (response, socket) => {
      if (response.statusCode === 200) return done(null, tls.connect({ ...options, socket }));
      socket.destroy();
      return done(transportError('proxy'));
    });
    asking.once('response', (response) => {
      response.destroy();
      done(transportError('proxy'));
    });
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => done(transportError('proxy')));
    asking.end();
  }
}

module.exports = { proxyOf, routeOf };
