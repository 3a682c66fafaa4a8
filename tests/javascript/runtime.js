'use strict';
// What the JavaScript runtime makes of a vector: per kind of vectors, what goes in and what comes out.

const { createHash } = require('node:crypto');
const core = require('../../connector/export/javascript/core');
const { contentOf } = require('../../connector/export/javascript/core/body');
const { readFiles } = require('../../connector/export/javascript/core/file_value');
const { normalizeInputs } = require('../../connector/export/javascript/core/normalize');
const { buildRequest } = require('../../connector/export/javascript/core/request');
const { flatten, responseOf } = require('../../connector/export/javascript/core/response');
const { ruleProblems } = require('../../connector/export/javascript/core/rules');
const { isServiceError, serviceError } = require('../../connector/export/javascript/core/service_error');

const SECRET = 'example-secret';
const EXAMPLE_KEY = 'example-idempotency-key';
const BEGINNING = Date.UTC(2026, 0, 31, 9, 30);

// A host whose clock moves only when somebody sleeps, and whose service answers from a script.
function fakeIo({ interactions = [], random = 0.5, start = 1000 } = {}) {
  const io = {
    time: start,
    requests: [],
    left: [...interactions],
    now: () => io.time,
    wall: () => BEGINNING + (io.time - start) * 1000,
    sleep: async (seconds) => {
      io.time += Math.max(0, seconds);
    },
    random: () => random,
    uuid: () => EXAMPLE_KEY,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    send: async (request) => {
      io.requests.push(requestOf(request));
      if (!io.left.length) throw new Error(`The script has no response left for ${request.method} ${request.url}`);
      const { failure, response } = io.left.shift();
      if (failure) throw core.transportError(failure, 1_000_000);
      const { status, headers = {} } = response;
      return { status, headers, body: contentOfSample(response) };
    },
  };
  return io;
}

// A request; outside JSON with its bytes as Latin-1, in which the line between the parts is always the same.
function requestOf(request) {
  const { method, url, headers, body = null, encoding, boundary } = request;
  const content = contentOf(request);
  if (encoding === 'json' || content === undefined) return { method, url, headers, body };
  const bytes = Buffer.from(content).toString('latin1');
  if (!boundary) return { method, url, headers, body: null, content: bytes };
  const declared = { ...headers, 'Content-Type': headers['Content-Type'].replace(boundary, 'BOUNDARY') };
  return { method, url, headers: declared, body: null, content: bytes.replaceAll(boundary, 'BOUNDARY') };
}
const sampled = (sample) => responseOf(sample.status, sample.headers || {}, contentOfSample(sample));

// A response's content: bytes, a text as it is, or JSON without blanks; none is an empty body.
function contentOfSample({ body, text, base64 }) {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return text ?? (body === undefined || body === null ? '' : JSON.stringify(body));
}

const errorOf = (error) => {
  if (error instanceof core.ConnectorError) return error.toDict();
  throw error;
};

// What is made with a service that responds as the case says, or the error; and the requests.
async function withService(definitions, { connection = {}, interactions, random, spare = false }, ask) {
  const io = fakeIo({ interactions, random });
  const runtime = new core.Connector(definitions, io, new core.Throttle());
  let made;
  try {
    made = await ask(runtime, accountOf(definitions, { api_key: SECRET, ...connection }));
  } catch (error) {
    made = { error: errorOf(error), kind: error.name };
  }
  if (io.left.length && !spare) throw new Error('The case has interactions that did not happen.');
  return { ...made, calls: io.requests.length, requests: io.requests };
}

const run = (definitions, vector) =>
  withService(definitions, vector, async (runtime, account) => {
    const { action, inputs, options = {}, times = 1 } = vector;
    if (vector.iterate) {
      const rows = [];
      for await (const row of runtime.iterate(action, inputs, account, camelCased(options))) rows.push(row);
      return { rows };
    }
    let result;
    for (let time = 0; time < times; time += 1) result = await runtime.run(action, inputs, account, camelCased(options));
    return { fields: result.fields, ...result.meta };
  });

const choices = (definitions, vector) =>
  withService(definitions, vector, async (runtime, account) => {
    const { action, field, inputs } = vector;
    return { choices: await runtime.choices(action, field, account, { inputs }) };
  });

const camelCased = (options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );

// Steps on one clock. `reserve` and `acquire` are counts; what a step names with `as` or `with` is one reservation or permit.
async function throttle(_, { limits, steps, random = 0 }) {
  const io = fakeIo({ random, start: 0 });
  const buckets = new core.Throttle();
  const all = limits.map(({ calls, renewal_period: renewalPeriod }, place) => buckets.bucket(String(place), { calls, renewalPeriod }));
  const named = {};
  const times = [];
  for (const step of steps) {
    io.time += step.after || 0;
    const used = (step.buckets || all.map((one, place) => place)).map((place) => all[place]);
    if (step.pause !== undefined) buckets.pause(used[0], io.time, step.pause);
    for (const [verb, does] of Object.entries(THROTTLE_STEPS)) {
      const asked = Object.hasOwn(step, verb) ? step[verb] : 0;
      const names = typeof asked === 'number' ? new Array(asked).fill('') : asked;
      for (const name of names) {
        try {
          const made = await does({ buckets, io, used, maxWait: step.max_wait ?? 1e9, named, name });
          if (made !== undefined) times.push(typeof made === 'number' ? rounded(made) : made);
        } catch (error) {
          const { code, wait, message } = errorOf(error);
          times.push({ code, wait: rounded(wait), message });
        }
      }
    }
  }
  return { times };
}

const THROTTLE_STEPS = {
  reserve({ buckets, io, used, maxWait, named, name }) {
    named[name] = buckets.reserve(used, io.time, maxWait);
    return io.time + named[name].wait;
  },
  async acquire({ buckets, io, used, maxWait, named, name }) {
    named[name] = await buckets.acquire(io, used, maxWait);
    return io.time;
  },
  claim({ buckets, io, used, named, name }) {
    const left = buckets.claim(used, named[name], io.time);
    return left === -Infinity ? 'lost' : io.time + Math.max(0, left);
  },
  depart: ({ buckets, io, used, named, name }) => buckets.depart(used, named[name], io.time),
  async departing({ io, named, name }) {
    await named[name].departing();
    return io.time;
  },
  sent: ({ named, name }) => named[name].sent(),
  release({ buckets, used, named, name }) {
    if (named[name].departing) named[name].release();
    else buckets.release(used, named[name]);
  },
};

const rounded = (seconds) => Math.round(seconds * 1e6) / 1e6;

// The rules' own vectors bring the schema of the inputs along.
function rules(schema, { inputs, wrong = [] }) {
  const action = { inputs: { properties: {}, ...schema }, names: {}, aliases: [] };
  return { problems: ruleProblems(action.inputs, normalizeInputs(action, inputs).inputs, wrong) };
}

// Per kind of vectors: definitions and a case in, everything that may be expected out.
const RUNTIME = {
  normalize: (definitions, { action, inputs }) => normalizeInputs(actionOf(definitions, action), inputs),
  validate: (definitions, { action, inputs }) => ({ problems: new core.Connector(definitions, fakeIo()).validate(action, inputs).problems }),
  request(definitions, { action, inputs }) {
    const declared = actionOf(definitions, action);
    const values = readFiles(declared.inputs, normalizeInputs(declared, inputs).inputs).inputs;
    return { request: requestOf(buildRequest(declared, values, accountOf(definitions).endpoint, { boundary: 'a-line-between' })) };
  },
  response(definitions, { action, response }) {
    try {
      return { outputs: flatten(actionOf(definitions, action).outputs, sampled(response)) };
    } catch (error) {
      return { error: errorOf(error) };
    }
  },
  service_error(definitions, { action, inputs = {}, response, secrets = [] }) {
    const { connector } = definitions;
    const got = sampled(response);
    const error = serviceError(connector, actionOf(definitions, action), inputs, got, BEGINNING, [SECRET, ...secrets]);
    return { is_error: isServiceError(connector, got), error: error.toDict() };
  },
  // A `connection` and `inputs`: out come the request without secrets, what is sent, and the texts that are hidden.
  auth(definitions, { action, inputs = {}, connection }) {
    try {
      const runtime = new core.Connector(definitions, fakeIo());
      const { inputs: checked, problems } = runtime.validate(action, inputs);
      if (problems.length) return { problems };
      const account = accountOf(definitions, connection);
      account.require(runtime.find(action));
      const request = buildRequest(runtime.find(action), checked, account.endpoint);
      const { url, headers, secretHeaders } = account.sign(request);
      return { request: requestOf(request), sent: { url, headers: { ...headers, ...secretHeaders } }, hidden: account.secrets };
    } catch (error) {
      return { error: errorOf(error) };
    }
  },
  throttle,
  retry: run,
  paginate: run,
  run,
  choices,
};

const accountOf = (definitions, { kind, base_url: baseUrl, allow_insecure: allowInsecure, ...values } = { api_key: SECRET }) =>
  core.connect(definitions.connector, { kind, baseUrl, allowInsecure, values }, fakeIo().sha256);

const actionOf = (definitions, key) => new core.Connector(definitions, fakeIo()).find(key);

module.exports = { RUNTIME, accountOf, fakeIo, requestOf, rules };
