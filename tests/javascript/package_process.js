'use strict';
// An exported package in a process of its own: a request per line on the standard input, a response per line; a way that returns
// nothing has none. Names are not looked up; `lost_name` says which one is not found.

const dns = require('node:dns');
const net = require('node:net');
const readline = require('node:readline');
const { inspect } = require('node:util');

const truly = dns.lookup;
let lostName = null;
let stop = new AbortController();
dns.lookup = (name, options, done) => {
  if (name === lostName) return process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
  return truly('127.0.0.1', options, done);
};

// What the system says of a connection that stands when the network has gone away.
const trulyConnect = net.Socket.prototype.connect;
let socket;
net.Socket.prototype.connect = function (...options) {
  socket = this;
  return trulyConnect.apply(this, options);
};

// What interrupts a run: it is given up, or its connection fails as the system says it.
const interrupts = {
  cancel: () => stop.abort(),
  break: ({ code }) => void socket.destroy(Object.assign(new Error(`read ${code}`), { code, errno: -113, syscall: 'read' })),
};

// Run an action with a call limit of its own. `connect` brings the connector and the connection; `shown` are the errors that
// the host makes of one: whatever is in them, people see.
const running =
  (Throttle, connect, shown) =>
  async ({ action, inputs, values = {}, base_url: baseUrl, allow_insecure: allowInsecure, options = {}, timeouts, env = {}, lost_name: lost = null }) => {
    Object.assign(process.env, env);
    lostName = lost;
    stop = new AbortController();
    const { signal } = stop;
    const waits = [];
    try {
      const { connector, connection } = await connect({ baseUrl, allowInsecure, values, signal });
      Object.assign(connector.definition.timeouts, timeouts);
      connector.throttle = new Throttle();
      const result = await connector.run(action, inputs, connection, { ...options, signal, onWait: (reason) => waits.push(reason) });
      return { ...result, waits };
    } catch (error) {
      return { error: error.toDict?.() ?? { code: 'crash', message: String(error.stack) }, kind: error.name, shown: [error, ...shown(error)].map(everything), waits };
    }
  };

const everything = (value) => [`${value}`, inspect(value, { depth: Infinity, showHidden: true }), JSON.stringify(value)];

// Respond to each line in the way that it names.
function listen(own) {
  const ways = { ...interrupts, ...own };
  readline.createInterface({ input: process.stdin }).on('line', async (line) => {
    const { way, ...asked } = JSON.parse(line, (key, value) => (value?.type === 'Buffer' ? Buffer.from(value.data) : value));
    const response = await ways[way](asked);
    if (response !== undefined) process.stdout.write(`${JSON.stringify(response)}\n`);
  });
}

module.exports = { listen, running };
