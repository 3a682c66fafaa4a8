'use strict';
// Sending one request with Node's own http and https, within time and size, and knowing whether anything has left.
// What an outcome means, and whether the call is made again, is the core's to decide; redirects are not followed.

const http = require('node:http');
const https = require('node:https');
const { urlToHttpOptions } = require('node:url');
const zlib = require('node:zlib');
const { promisify } = require('node:util');
const { ConnectorError, NotSentError, transportError, transportErrorOf } = require('../core');
const { proxyOf, routeOf } = require('./proxy');

const LONGEST_TIMER = 2_000_000; // Seconds; timers take no more than 2^31 milliseconds.
const REMADE = 3; // How often a connection is made anew that was closed before anything was written to it.
const unzip = promisify(zlib.unzip);
const PACKED = ['gzip', 'x-gzip', 'deflate'];
// Connections are kept: a handshake for each call would take longer than the call.
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

// See `IO.send` in core/types.d.ts.
async function send(userAgent, request, options) {
  const over = performance.now() + options.timeout * 1000;
  for (let tries = 0; tries < REMADE; tries += 1) {
    const call = new Call(userAgent, request, options, (over - performance.now()) / 1000);
    try {
      await call.connect();
      await options.departing();
      if (call.isOpen()) return await call.respond(request.content);
      call.outgoing.destroy();
    } catch (error) {
      call.outgoing?.destroy();
      throw error;
    } finally {
      call.end();
    }
  }
  throw transportError('unreachable');
}

class Call {
  constructor(userAgent, request, options, timeout) {
    Object.assign(this, { options, timer: undefined, hasLeft: false, hasResponse: false, socket: null });
    this.failed = new Promise((_, reject) => (this.reject = reject));
    this.failed.catch(() => {}); // It is looked at where somebody waits for it.
    this.last = after(timeout, () => this.fail(this.hasResponse ? 'response_endless' : this.silence()));
    this.onAbort = () => this.fail(this.hasLeft ? 'cancelled_in_flight' : 'cancelled');
    if (options.signal?.aborted) this.onAbort();
    options.signal?.addEventListener('abort', this.onAbort);
    this.onData = () => this.listen();
    this.proxy = proxyOf(options.signedUrl);
    this.open(userAgent, request);
  }

  open(userAgent, request) {
    const url = new URL(this.options.signedUrl);
    const headers = { 'User-Agent': userAgent, 'Accept-Encoding': 'gzip', ...request.headers, ...this.options.secretHeaders };
    if (request.content !== undefined) headers['Content-Length'] = Buffer.byteLength(request.content);
    // The path exactly as it was built: parsing would rewrite it.
    const whole = this.options.signedUrl;
    const path = whole.slice(whole.indexOf('/', url.protocol.length + 2));
    const direct = { ...urlToHttpOptions(url), path, agent: agents[url.protocol] };
    const route = this.proxy ? routeOf(this.proxy, url, direct, whole) : direct;
    try {
      this.outgoing = (route.protocol === 'https:' ? https : http).request({ ...route, method: request.method, headers: { ...headers, ...route.headers } });
      this.outgoing.on('error', (error) => this.broke(error));
    } catch (error) {
      this.broke(error);
    }
  }

  // Until name look-up, TCP and TLS are done.
  async connect() {
    this.wait(this.options.connectTimeout);
    const { outgoing } = this;
    if (outgoing) this.socket = await this.unlessFailed(new Promise((resolve) => outgoing.once('socket', resolve)));
    else await this.failed;
    const { socket } = this;
    const isReady = !socket.connecting && !socket.secureConnecting && !socket.destroyed;
    // A kept connection that the service has closed says so by the next turn of the event loop.
    if (outgoing.reusedSocket && (isReady || socket.destroyed)) await new Promise(setImmediate);
    else if (!isReady) await this.unlessFailed(new Promise((resolve) => socket.once(socket.encrypted ? 'secureConnect' : 'connect', resolve)));
    clearTimeout(this.timer);
  }

  // Whether something can still be written; what is closed by now has had nothing written to it.
  isOpen() {
    return !this.outgoing.destroyed && this.socket.writable && !this.socket.readableEnded;
  }

  async respond(content) {
    const { outgoing, socket, options } = this;
    const arriving = new Promise((resolve) => {
      const begin = (response) => {
        this.hasResponse = true;
        resolve(response);
      };
      outgoing.once('response', begin);
      // The service wants to switch protocols: there is no response to read.
      outgoing.once('upgrade', (response) => begin(Object.assign(response, { isUpgrade: true })));
    });
    this.hasLeft = true;
    socket.on('data', this.onData);
    outgoing.once('finish', () => this.listen());
    outgoing.end(content);
    options.sent();
    const response = await this.unlessFailed(arriving);
    const { statusCode: status, headers } = response;
    if (response.isUpgrade) {
      socket.destroy();
      return { status, headers, body: '' };
    }
    const body = await this.read(response);
    return { status, headers, body: await this.unpacked(body, headers, options.responseBytes) };
  }

  async read(response) {
    const chunks = [];
    let size = 0;
    response.on('data', (chunk) => {
      size += chunk.length;
      if (size > this.options.responseBytes) this.fail('response_size');
      else chunks.push(chunk);
    });
    response.on('error', (error) => this.broke(error));
    await this.unlessFailed(new Promise((resolve) => response.once('end', resolve)));
    if (!response.complete) throw transportError('broken_response');
    return Buffer.concat(chunks);
  }

  async unpacked(body, headers, most) {
    if (!body.length || !PACKED.includes(String(headers['content-encoding'] ?? '').trim().toLowerCase())) return body;
    try {
      return await unzip(body, { maxOutputLength: most });
    } catch ({ code }) {
      if (code === 'ERR_BUFFER_TOO_LARGE') throw transportError('response_size', most);
      throw transportError(code === 'Z_BUF_ERROR' ? 'response_incomplete' : 'broken_response');
    }
  }

  // Node's error, as the core names it.
  broke(error) {
    if (error instanceof ConnectorError) return this.reject(error);
    if (this.hasResponse) return this.fail('broken_response');
    const known = transportErrorOf(error);
    if (this.hasLeft) return this.reject(known instanceof NotSentError ? transportError('lost') : known);
    const isCertificate = /^(EPROTO|ERR_SSL_)/.test(error.code) || known.code === 'certificate';
    if (this.proxy && !isCertificate && !['base_url', 'header'].includes(known.code)) return this.fail('proxy');
    if (known instanceof NotSentError) return this.reject(known);
    // Nothing was written yet, whatever broke.
    return this.fail(isCertificate ? 'certificate' : 'unreachable');
  }

  fail(kind) {
    this.reject(transportError(kind, this.options.responseBytes));
    this.outgoing?.destroy();
  }

  // What it means that nothing more comes.
  silence() {
    if (this.hasResponse) return 'response_stopped';
    return this.hasLeft ? 'read_timeout' : 'connect_timeout';
  }

  // Bytes came, or the request is out: wait for the next.
  listen() {
    this.wait(this.options.readTimeout);
  }

  wait(seconds) {
    clearTimeout(this.timer);
    this.timer = after(seconds, () => this.fail(this.silence()));
  }

  unlessFailed(promise) {
    return Promise.race([promise, this.failed]);
  }

  end() {
    clearTimeout(this.timer);
    clearTimeout(this.last);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.socket?.removeListener('data', this.onData);
  }
}

// Never early: who looks at the clock then would find a moment left for another attempt.
const after = (seconds, act) => setTimeout(act, Math.ceil(Math.max(0, Math.min(seconds, LONGEST_TIMER)) * 1000) + 1);

module.exports = { send };
