'use strict';
// The node types: the connection (a config node), and one node per group of actions.

const { AuthorizationError, ConnectorError, UnavailableError, UnknownActionError, connect } = require('../core');
const { connector, io, types } = require('./host');
const { inputsOf } = require('./node_inputs');
const { nodeError } = require('./node_error');

function registerConnection(RED) {
  const fields = Object.entries(connector.definition.connection.properties);

  function Connection(config) {
    RED.nodes.createNode(this, config);
    this.connect = () => {
      const { baseUrl, allowInsecure, kind } = config;
      return connect(connector.definition, { baseUrl, allowInsecure, kind, values: this.credentials || {} }, io.sha256);
    };
  }
  const credentials = Object.fromEntries(fields.map(([name, { writeOnly }]) => [name, { type: writeOnly ? 'password' : 'text' }]));
  RED.nodes.registerType(types.connection, Connection, { credentials });

  // What the editor offers for an id that another action lists; it calls the service with the deployed connection.
  RED.httpAdmin.get(`/${types.connection}/:id/choices/:action/:field`, RED.auth.needsPermission('flows.write'), async (request, response) => {
    const { id, action, field } = request.params;
    try {
      const inputs = JSON.parse(request.query?.inputs || '{}');
      response.json(await connector.choices(action, field, connectionOf(RED, id, 'Deploy the connection first.'), { inputs }));
    } catch (error) {
      response.status(error instanceof ConnectorError ? 400 : 500).json({ message: error.message });
    }
  });
}

function connectionOf(RED, id, message) {
  const found = RED.nodes.getNode(id);
  if (!found?.connect) throw new AuthorizationError(message, { code: 'missing_connection' });
  return found.connect();
}

function registerGroup(RED, group) {
  function Group(config) {
    RED.nodes.createNode(this, config);
    const running = new Set();

    this.on('input', async (msg, send, done) => {
      const stop = new AbortController();
      running.add(stop);
      const show = (fill, shape, text) => this.status({ fill, shape, text });
      try {
        const action = actionOf(config, group);
        const { inputs, options } = await inputsOf(RED, this, config, action, msg, connector.definition.timeouts.total);
        const connection = connectionOf(RED, config.connection, 'The node has no connection.');
        show('blue', 'dot', running.size > 1 ? `${running.size} running` : action.summary);
        const { fields, meta } = await connector.run(action.key, inputs, connection, {
          ...options,
          signal: stop.signal,
          onWait: (reason, seconds) => show('yellow', 'ring', `${reason}: ${seconds.toFixed(1)} s`),
        });
        msg.payload = fields;
        msg.call = meta;
        meta.warnings.forEach((warning) => this.warn(warning, msg));
        const rows = action.pagination ? `, ${(fields[action.pagination.rows] || []).length} rows` : '';
        show('green', 'dot', `${meta.status}${rows}`);
        send(msg);
        done();
      } catch (error) {
        done(nodeError(error));
        if (!stop.signal.aborted) show('red', 'dot', [error.status, error.code].filter(Boolean).join(' ') || 'error');
        // When all of a flow is stopped, its catch nodes are too: nobody else says what may have been carried out.
        else if (error instanceof UnavailableError) this.warn([error.message, error.hint].filter(Boolean).join(' '), msg);
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
  const found = Object.hasOwn(connector.actions, config.action || '') ? connector.actions[config.action] : undefined;
  if (found?.group === group) return found;
  throw new UnknownActionError(config.action ? `This node has no action “${config.action}”.` : 'No action is selected.');
}

module.exports = { registerConnection, registerGroup };
