'use strict';
// The exported Node-RED package in a process: `node` runs messages through a node as Node-RED does, `run` an action through
// the package's connector, and `choices` asks what the editor asks.

const path = require('node:path');
const { listen, running } = require('../../javascript/package_process');

const folder = path.resolve(process.argv[2]);
const { connector, io, types } = require(path.join(folder, 'lib/host.js'));
const { nodeError } = require(path.join(folder, 'lib/node_error.js'));
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

let latest;

const ways = {
  stop: () => void latest.handlers.close(),

  run: running(
    core.Throttle,
    (values) => ({ connector, connection: core.connect(connector.definition, values, io.sha256) }),
    (error) => [nodeError(error)],
  ),

  async node({ group, config, account, messages }) {
    connector.throttle = shared;
    const red = nodeRed();
    if (account) red.deploy(types.connection, { id: 'account', ...account });
    const node = red.deploy(types.groups[group], { id: 'node', connection: 'account', ...config });
    latest = node;
    const ends = messages.map(
      (msg) =>
        new Promise((resolve) => {
          let sent = null;
          const done = (error) => resolve({ sent, error: error && { message: error.toString(), code: error.code, cause: error.cause, stack: error.stack } });
          node.handlers.input(msg, (out) => (sent = out), done);
        }),
    );
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

listen(ways);
