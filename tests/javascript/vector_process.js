'use strict';
// The JavaScript runtime asked one case after another: `ask` names the kind of case, as in runtime.js or below. The
// definitions are those that VECTOR_DEFINITIONS has.

const core = require('../../connector/export/javascript/core');
const { contentOf } = require('../../connector/export/javascript/core/body');
const { readFiles } = require('../../connector/export/javascript/core/file_value');
const { normalizeInputs } = require('../../connector/export/javascript/core/normalize');
const { problemsOf } = require('../../connector/export/javascript/core/validator');
const { buildRequest } = require('../../connector/export/javascript/core/request');
const { backoff, retryAfterSeconds } = require('../../connector/export/javascript/core/retry');
const { definitions } = require('./definitions');
const { listen } = require('./package_process');
const { RUNTIME, accountOf, fakeIo, requestOf, rules } = require('./runtime');

const BOUNDARY = 'a-line-between';

// The schema of a file of rules, in which nothing else than the rules and the types is wrong.
function form(schema, { inputs }) {
  const action = { inputs: { properties: {}, ...schema }, names: {}, aliases: [] };
  const { inputs: values, problems } = normalizeInputs(action, inputs);
  problems.push(...problemsOf(action.inputs, values, { names: Object.keys(action.inputs.properties) }));
  return { inputs: values, wrong: problems, ...rules(schema, { inputs, wrong: problems.map(({ field }) => field) }) };
}

// What becomes of inputs: under their own names, what is wrong with them, and the request where nothing is.
function inputs(known, { action, inputs: given, connection }) {
  const runtime = new core.Connector(known, fakeIo());
  const declared = runtime.find(action);
  const { problems, warnings } = runtime.validate(action, given);
  const normalized = normalizeInputs(declared, given);
  if (problems.length) return { normalized, problems };
  const values = readFiles(declared.inputs, normalized.inputs).inputs;
  let request;
  try {
    request = buildRequest(declared, values, accountOf(known, connection).endpoint, { boundary: BOUNDARY });
  } catch (error) {
    if (error instanceof core.ConnectorError) return { normalized, problems, error: error.toDict() };
    throw error;
  }
  const content = request.encoding === 'json' ? contentOf(request) ?? null : null;
  return { normalized, problems, warnings, request: { ...requestOf(request), json: content } };
}

function find(known, { name }) {
  try {
    return { key: new core.Connector(known, fakeIo()).find(name).key };
  } catch (error) {
    return { error: error.toDict() };
  }
}

const ASKED = {
  ...RUNTIME,
  form: (_, asked) => form(asked.schema, asked),
  inputs,
  find,
  retry_after: (_, { header }) => ({ seconds: retryAfterSeconds(header, Date.UTC(2026, 0, 31, 9, 30)) }),
  backoff: (_, { policy, attempt, retry_after: after, random }) => ({ seconds: backoff(policy, attempt, after, () => random) }),
};

listen({
  async ask({ kind, connector, asked }) {
    try {
      return await ASKED[kind](connector && definitions(connector), asked);
    } catch (error) {
      return { crash: String(error.stack) };
    }
  },
});
