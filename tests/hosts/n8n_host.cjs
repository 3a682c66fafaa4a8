'use strict';
// The built node's runtime in a process, with the helpers that a real n8n sends with: node n8n_host.cjs BUILD N8N. How n8n adds
// the credentials is tried by its workflows; here it is a header.

const path = require('node:path');
const { createRequire } = require('node:module');
const { listen, running } = require('../javascript/package_process');

const [build, n8n] = process.argv.slice(2).map((folder) => path.resolve(folder));
const ofN8n = createRequire(path.join(n8n, 'node_modules/n8n-core/package.json'));
ofN8n('reflect-metadata');
ofN8n('@n8n/backend-network').configureGlobalAxiosDefaults();
const { getRequestHelperFunctions } = ofN8n('./dist/execution-engine/node-execution-context/utils/request-helper-functions.js');

const node = { name: 'Courier', type: 'courier', typeVersion: 1, position: [0, 0], parameters: {} };
const credentialsHelper = {
  getParentTypes: () => [],
  preAuthentication: async () => undefined,
  authenticate: async ({ apiKey }, _, request) => ({ ...request, headers: { ...request.headers, Authorization: `Bearer ${apiKey}` } }),
};

function contextOf(credentials, signal) {
  const context = { getNode: () => node, getCredentials: async () => ({ ...credentials }), getExecutionCancelSignal: () => signal };
  context.helpers = getRequestHelperFunctions({}, node, { credentialsHelper });
  return context;
}

const [file] = require(`${build}/package.json`).n8n.nodes;
const folder = path.join(build, path.dirname(file));
const { errorItem, nodeError } = require(path.join(folder, 'errors.js'));
const { hostOf } = require(path.join(folder, 'host.js'));
const { Throttle } = require(path.join(folder, 'core/index.js'));

const connect = ({ values, signal, ...more }) => hostOf(contextOf({ apiKey: values.api_key, callsPerMinute: 100, ...more }, signal));
listen({ run: running(Throttle, connect, (error) => [nodeError(node, error, 0), errorItem(error, 0)]) });
