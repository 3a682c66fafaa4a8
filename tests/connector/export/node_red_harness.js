'use strict';
// Runs cases through the runtime of an exported package, with a service that answers from a script and a clock that
// moves when somebody sleeps. Cases come on stdin, results go to stdout, both as JSON.

const path = require('node:path');
const folder = path.resolve(process.argv[2]);
const { actions, connector } = require(path.join(folder, 'definitions.json'));
const { run } = require(path.join(folder, 'lib/run.js'));
const { connect } = require(path.join(folder, 'lib/connection.js'));
const { Throttle } = require(path.join(folder, 'lib/throttle.js'));

function clockAt(now) {
  const slept = [];
  return { slept, now: () => now, sleep: async (seconds) => { slept.push(seconds); now += seconds; } };
}

function service(answers, requests, clock) {
  return async (url, { method, headers, body }) => {
    requests.push({ method, url, headers, body: body === undefined ? null : JSON.parse(body), at: clock.now() });
    const next = answers.shift();
    if (!next) throw Object.assign(new TypeError('the script has no answer left'), { code: 'NO_ANSWER' });
    if (next.fault) throw Object.assign(new TypeError('fetch failed'), { cause: { code: next.fault } });
    return new Response([204, 304].includes(next.status) ? null : next.content || '', { status: next.status, headers: next.headers || {} });
  };
}

async function played(one) {
  const clock = clockAt(1000);
  const requests = [];
  const told = {};
  try {
    const connection = connect(connector, { baseUrl: one.baseUrl || '', values: one.values || { api_key: 'example-secret' } });
    const options = {
      allPages: one.allPages,
      maxItems: one.maxItems,
      clock,
      throttle: new Throttle(clock),
      fetch: service([...one.answers], requests, clock),
      newKey: () => 'example-idempotency-key',
    };
    for (let turn = 0; turn < (one.times || 1); turn += 1) {
      Object.assign(told, await run(connector, actions[one.action], one.inputs, connection, options));
    }
  } catch (error) {
    told.error = error.toJSON ? error.toJSON() : { code: 'crash', message: String(error.stack) };
  }
  return { ...told, requests, slept: clock.slept };
}

let input = '';
process.stdin.on('data', (chunk) => (input += chunk)).on('end', async () => {
  const results = [];
  for (const one of JSON.parse(input)) results.push(await played(one));
  process.stdout.write(JSON.stringify(results));
});
