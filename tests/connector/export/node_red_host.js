'use strict';
// The exported Node-RED package in a process of its own: a request per line on the standard input, a response per line.
//
// `node` runs messages through a node as Node-RED does, `run` an action through the package's connector, and `choices` asks
// what the editor asks. Names are not looked up; `lost_name` says which one is not found.

const dns = require('node:dns');
const path = require('node:path');
const readline = require('node:readline');

const folder = path.resolve(process.argv[2]);
const truly = dns.lookup;
let lostName = null;
dns.lookup = (name, options, done) => {
  if (name === lostName) return process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
  return truly('127.0.0.1', options, done);
};

const { connector, io, types } = require(path.join(folder, 'lib/host.js'));
const core = require(path.join(folder, 'core'));
const shared = connector.throttle;

// What a node may expect of Node-RED.
function nodeRed() {
  const red = {
    types: {},
    deployed: {},
    routes: {},
    nodes: {
      createNode(node, config) {
        Object.assign(node, { id: config.id, credentials: config.credentials, handlers: {}, statuses: [], warnings: [] });
        node.on = (event, act) => (node.handlers[event] = act);
        node.status = (status) => node.statuses.push(status);
        node.warn = (text) => node.warnings.push(text);
      },
      registerType: (type, build) => (red.types[type] = build),
      getNode: (id) => red.deployed[id],
    },
    httpAdmin: { get: (route, _, act) => (red.routes[route] = act) },
    auth: { needsPermission: () => null },
    util: {
      getMessageProperty: (msg, name) => name.split('.').reduce((value, key) => value?.[key], msg),
      evaluateNodeProperty(text, type, node, msg, done) {
        try {
          const read = { str: () => text, num: () => Number(text), json: () => JSON.parse(text), env: () => process.env[text] };
          done(null, type === 'msg' ? red.util.getMessageProperty(msg, text) : read[type]());
        } catch (error) {
          done(error);
        }
      },
    },
  };
  require(path.join(folder, 'nodes/connection.js'))(red);
  for (const group of Object.keys(types.groups)) require(path.join(folder, `nodes/${group}.js`))(red);
  red.deploy = (type, config) => (red.deployed[config.id] = new red.types[type](config));
  return red;
}

const ways = {
  async run({ action, inputs, values = {}, base_url: baseUrl, allow_insecure: allowInsecure, options = {}, timeouts, env = {}, lost_name: lost = null }) {
    Object.assign(connector.definition.timeouts, timeouts);
    Object.assign(process.env, env);
    lostName = lost;
    connector.throttle = new core.Throttle();
    const waits = [];
    try {
      const connection = core.connect(connector.definition, { baseUrl, allowInsecure, values }, io.sha256);
      const result = await connector.run(action, inputs, connection, { ...options, onWait: (reason) => waits.push(reason) });
      return { ...result, waits };
    } catch (error) {
      return { error: error.toDict?.() ?? { code: 'crash', message: String(error.stack) }, kind: error.name, shown: `${error.stack}`, waits };
    }
  },

  async node({ group, config, account, messages, close_after: closeAfter = null }) {
    connector.throttle = shared;
    const red = nodeRed();
    if (account) red.deploy(types.connection, { id: 'account', ...account });
    const node = red.deploy(types.groups[group], { id: 'node', connection: 'account', ...config });
    const ends = messages.map(
      (msg) =>
        new Promise((resolve) => {
          let sent = null;
          const done = (error) => resolve({ sent, error: error && { message: error.toString(), code: error.code, cause: error.cause, stack: error.stack } });
          node.handlers.input(msg, (out) => (sent = out), done);
        }),
    );
    if (closeAfter !== null) setTimeout(() => node.handlers.close(), closeAfter * 1000);
    return { ends: await Promise.all(ends), statuses: node.statuses, warnings: node.warnings };
  },

  choices({ account, action, field, query }) {
    const red = nodeRed();
    if (account) red.deploy(types.connection, { id: 'account', ...account });
    return new Promise((resolve) => {
      const response = { code: 200, status: (code) => Object.assign(response, { code }), json: (body) => resolve({ status: response.code, body }) };
      red.routes[`/${types.connection}/:id/choices/:action/:field`]({ params: { id: 'account', action, field }, query }, response);
    });
  },
};

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { way, ...asked } = JSON.parse(line, (key, value) => (value?.type === 'Buffer' ? Buffer.from(value.data) : value));
  process.stdout.write(`${JSON.stringify(await ways[way](asked))}\n`);
});
