'use strict';
// The node types: the connection (a config node), and one node per group of actions.

const { actions, connector, types } = require('../definitions.json');
const { connect } = require('./connection');
const { ActionError, inputError } = require('./errors');
const { run } = require('./run');
const { resolve } = require('./field');

const MOST_CHOICES = 1000;

function registerConnection(RED) {
  const fields = Object.entries(connector.connection.properties);

  function Connection(config) {
    RED.nodes.createNode(this, config);
    this.connect = () =>
      connect(connector, { baseUrl: config.baseUrl, allowInsecure: config.allowInsecure, values: this.credentials || {} });
  }
  const credentials = Object.fromEntries(fields.map(([name, { writeOnly }]) => [name, { type: writeOnly ? 'password' : 'text' }]));
  RED.nodes.registerType(types.connection, Connection, { credentials });

  // What the editor offers for an id that another action lists; it calls the service with the deployed connection.
  RED.httpAdmin.get(`/${types.connection}/:id/choices/:action/:field`, RED.auth.needsPermission('flows.write'), async (request, answer) => {
    try {
      answer.json(await choices(RED.nodes.getNode(request.params.id), request.params.action, request.params.field));
    } catch (error) {
      answer.status(error instanceof ActionError ? 400 : 500).json({ message: error.message });
    }
  });
}

async function choices(account, actionKey, name) {
  const asking = Object.hasOwn(actions, actionKey) ? actions[actionKey] : undefined;
  const declared = asking && Object.hasOwn(asking.inputs.properties, name) ? asking.inputs.properties[name] : undefined;
  const source = declared && resolve(asking.inputs, declared)['x-ms-dynamic-values'];
  const action = source && Object.values(actions).find((one) => one.operationId === source.operationId);
  if (!action) throw new ActionError('choices', 'The field has no list of choices.');
  if (!account?.connect) throw new ActionError('missing_connection', 'Deploy the connection first.');
  const options = { allPages: true, maxItems: MOST_CHOICES };
  const { fields } = await run(connector, action, source.parameters || {}, account.connect(), options);
  return (fields[source['value-collection']] || [])
    .filter((row) => row[source['value-path']])
    .map((row) => ({ value: String(row[source['value-path']]), label: String(row[source['value-title']] || row[source['value-path']]) }));
}

function registerGroup(RED, group) {
  function Group(config) {
    RED.nodes.createNode(this, config);
    const running = new Set();

    this.on('input', async (msg, send, done) => {
      const stop = new AbortController();
      running.add(stop);
      const tell = (what, seconds) => {
        const text = { limit: 'waiting for the call limit', retry: 'trying again' }[what];
        this.status({ fill: 'yellow', shape: 'ring', text: `${text}: ${seconds.toFixed(1)} s` });
      };
      try {
        const action = actionOf(config, group);
        const given = await gathered(RED, this, config, action, msg);
        const account = RED.nodes.getNode(config.connection);
        if (!account?.connect) throw new ActionError('missing_connection', 'The node has no connection.');
        this.status({ fill: 'blue', shape: 'dot', text: running.size > 1 ? `${running.size} running` : action.summary });
        const options = { ...given.options, allPages: config.allPages === true, signal: stop.signal, tell };
        const { fields, call } = await run(connector, action, given.inputs, account.connect(), options);
        msg.payload = fields;
        msg.call = call;
        call.warnings.forEach((warning) => this.warn(warning, msg));
        const rows = action.pagination ? `, ${(fields[action.pagination.rows] || []).length} rows` : '';
        this.status({ fill: 'green', shape: 'dot', text: `${call.status}${rows}` });
        send(msg);
        done();
      } catch (error) {
        this.status({ fill: 'red', shape: 'dot', text: [error.status, error.code].filter(Boolean).join(' ') || 'error' });
        done(error);
      } finally {
        running.delete(stop);
      }
    });

    this.on('close', () => {
      running.forEach((stop) => stop.abort());
      this.status({});
    });
  }
  RED.nodes.registerType(types.groups[group], Group);
}

function actionOf(config, group) {
  const action = Object.hasOwn(actions, config.action || '') ? actions[config.action] : undefined;
  if (action?.group === group) return action;
  throw new ActionError('unknown_action', config.action ? `There is no action “${config.action}” here.` : 'No action is chosen.');
}

// The inputs and options of a run: what the boxes say, and for empty boxes what the message brings.
async function gathered(RED, node, config, action, msg) {
  const problems = [];
  const value = async (field, box) => {
    if (!box || box.v === undefined || box.v === '') return undefined;
    try {
      return await evaluated(RED, node, box, msg);
    } catch (error) {
      problems.push({ field, rule: 'type', message: `The box ${field} cannot be read: ${error.message}` });
      return undefined;
    }
  };
  const filled = {};
  for (const [name, box] of Object.entries(config.boxes || {})) {
    const found = await value(name, box);
    if (found !== undefined && found !== null && found !== '') filled[name] = found;
  }
  const options = { maxItems: await value('max_items', config.maxItems) };
  if (problems.length) throw inputError(`${action.summary}: the boxes cannot be read. Nothing was sent.`, problems);
  const brought = config.source ? RED.util.getMessageProperty(msg, config.source) : undefined;
  const isNamed = brought !== null && typeof brought === 'object' && !Array.isArray(brought) && !Buffer.isBuffer(brought);
  const meant = (name) => (Object.hasOwn(action.names, name) ? action.names[name] : name);
  const rest = Object.entries(isNamed ? brought : {}).filter(([name]) => !Object.hasOwn(filled, meant(name)));
  return { inputs: { ...Object.fromEntries(rest), ...filled }, options };
}

// `choice` and `flag` are the editor's own types: a text out of a list, and a switch that may be left open.
function evaluated(RED, node, { t: type, v: text }, msg) {
  if (type === 'choice') return text;
  if (type === 'flag') return text === 'true';
  return new Promise((settle, fail) => {
    RED.util.evaluateNodeProperty(text, type, node, msg, (error, found) => (error ? fail(error) : settle(found)));
  });
}

module.exports = { registerConnection, registerGroup };
