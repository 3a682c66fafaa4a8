// The exported n8n package in its TypeScript: Node.js strips the types, `n8n-workflow` is a stand-in, and the definitions are
// any connector's of the vectors. The tests in Python write the package beforehand; by hand: `python -m tests.javascript.node`.

import { readdirSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { definitions } = require('./definitions');
const root = path.join(process.env.VECTOR_DEFINITIONS, 'n8n');
const [name] = readdirSync(path.join(root, 'nodes'));
const home = path.join(root, 'nodes', name);
const homeUrl = pathToFileURL(home).href;
const given = new Map();

const suffixed = (file) => (file.endsWith('.json') || file.endsWith('.ts') ? '' : file.startsWith('./core/') ? '.js' : '.ts');

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'n8n-workflow') return next('./n8n_workflow.mjs', { ...context, parentURL: import.meta.url });
    if (!context.parentURL?.startsWith(homeUrl) || !context.parentURL.includes('?') || !specifier.startsWith('.')) return next(specifier, context);
    const { search } = new URL(context.parentURL);
    return { url: new URL(specifier + suffixed(specifier) + search, context.parentURL).href, shortCircuit: true };
  },
  // What TypeScript makes of them: an imported CommonJS module has the names that it exports, a JSON file its value.
  load(url, context, next) {
    const { pathname, search } = new URL(url);
    if (!search) return next(url, context);
    if (pathname.endsWith('.ts')) return next(url, { ...context, format: 'module-typescript' });
    if (pathname.endsWith('.json')) {
      return { format: 'module', source: `export default ${JSON.stringify(given.get(search))}`, shortCircuit: true };
    }
    const file = JSON.stringify(fileURLToPath(new URL(pathname, url)));
    const names = Object.keys(require(JSON.parse(file)));
    const source = `import { createRequire } from 'node:module';\nexport const { ${names} } = createRequire(${file})(${file});`;
    return { format: 'module', source, shortCircuit: true };
  },
});

// The modules of a package that nobody has used yet. change: what is different in the definitions of the connector.
export function packageOf(connector, change = () => {}) {
  const made = structuredClone(definitions(connector));
  change(made);
  const search = `?${given.size}`;
  given.set(search, made);
  return (module) => import(`${pathToFileURL(path.join(home, module))}.ts${search}`);
}

// The runtime that the package has.
export const core = require(path.join(home, 'core'));
export const nodeFile = `${name}.node`;

let accounts = 0;

// What n8n gives a node. parameters and binary: of the item with an index. respond: the response to a call, with a body or a
// value of JSON, which comes as a stream.
export function contextOf({
  items = 1,
  parameters = () => ({}),
  credentials = {},
  binary = () => ({}),
  respond = () => ({ json: {} }),
  continueOnFail = false,
  retryOnFail = false,
  executionId = 'execution',
  runIndex = 0,
  signal,
  isTool = false,
} = {}) {
  const context = {
    calls: [],
    hints: [],
    node: { id: 'node-id', name: 'Node', retryOnFail },
    account: { apiKey: `key-${(accounts += 1)}`, callsPerMinute: 6000, ...credentials },
    getNode: () => context.node,
    getInputData: () => Array.from({ length: items }, (_, index) => ({ json: parameters(index) })),
    isToolExecution: () => isTool,
    getCredentials: async (type) => {
      context.credentialType = type;
      return context.account;
    },
    getExecutionCancelSignal: () => signal,
    getInstanceId: () => 'instance',
    getTimezone: () => 'Asia/Kolkata',
    getWorkflow: () => ({ id: 'workflow' }),
    getExecutionId: () => executionId,
    evaluateExpression: (expression) => (expression === '{{ $runIndex }}' ? runIndex : undefined),
    getNodeParameter(parameter, index, fallback) {
      const value = parameters(index)[parameter] ?? fallback;
      if (value === undefined) throw new Error(`Could not get parameter ${parameter}`);
      return value;
    },
    continueOnFail: () => continueOnFail,
    addExecutionHints: (...hints) => context.hints.push(...hints),
    helpers: {
      async httpRequestWithAuthentication(type, call) {
        if (this !== context) throw new Error('The helper was called without its context.');
        context.calls.push({ ...call, type });
        const { status = 200, headers = { 'content-type': 'application/json' }, json, body } = await respond(call, context.calls.length);
        return { statusCode: status, headers, body: json === undefined ? body : streamOf(JSON.stringify(json)) };
      },
      assertBinaryData(index, property) {
        const found = binary(index)[property];
        if (found === undefined) throw new Error(`There is no binary data “${property}”.`);
        return found;
      },
      getBinaryDataBuffer: async (index, property) => Buffer.from(binary(index)[property].data, 'base64'),
      prepareBinaryData: async (content, fileName, mimeType) => ({ data: content.toString('base64'), fileName, mimeType }),
    },
  };
  return context;
}

// A body as n8n hands it out, in pieces.
export const streamOf = (...pieces) => Readable.from(pieces.map((piece) => Buffer.from(piece)), { objectMode: false });
