'use strict';
// One call made reliable: take a token, send, and try again only where that cannot do anything twice.

const { contentOf } = require('./body');
const { NotSentError, ThrottledError } = require('./errors');
const { bytesOf } = require('./request');
const { responseOf } = require('./response');
const { backoff, finalError, isAlreadyDone, mayHaveActed, mayRetry, retryAfterSeconds } = require('./retry');
const { sleep } = require('./sleep');
const { transportError, transportErrorOf } = require('./transport_error');

// The response to the request, whatever its status, after as many attempts as are allowed; and how an earlier attempt
// failed that may have been carried out, null where there was none.
async function send(run, request, isRepeatable) {
  let earlier = null;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(run, request).catch((error) => {
      if (error instanceof ThrottledError) throw finalError(error, isRepeatable, earlier);
      return error;
    });
    const wait = waitBeforeRetry(run, outcome, attempt, isRepeatable);
    const reason = record(run, outcome, wait);
    if (wait === null) return ended(run, request, outcome, earlier, isRepeatable);
    run.onWait(`${reason}; trying again`, wait);
    run.waited += wait;
    await sleep(run.io, wait, run.signal);
    if (run.signal?.aborted) return ended(run, request, outcome, earlier, isRepeatable);
    if (mayHaveActed(request, outcome)) earlier = reason;
  }
}

function ended(run, request, outcome, earlier, isRepeatable) {
  if (outcome instanceof Error) throw finalError(outcome, isRepeatable, earlier);
  if (!isAlreadyDone(request, outcome, earlier)) return { response: outcome, earlier };
  run.warnings.push(`${earlier}. The next attempt found nothing left to delete.`);
  return { response: responseOf(204, outcome.headers, ''), earlier };
}

async function attemptOnce(run, request) {
  const permit = await takeToken(run);
  try {
    const response = await sendOnce(run, request, permit);
    permit.arrived();
    return response;
  } catch (error) {
    const failure = transportErrorOf(error);
    if (failure instanceof NotSentError || failure instanceof ThrottledError) permit.release();
    else permit.arrived();
    throw failure;
  }
}

async function takeToken(run) {
  const left = Math.min(run.maxWait - run.throttled, run.deadline - run.io.now());
  const { signal, onWait, deadline } = run;
  const permit = await run.throttle.acquire(run.io, run.buckets, Math.max(0, left), { signal, onWait, deadline });
  run.throttled += permit.waited;
  return permit;
}

async function sendOnce(run, request, permit) {
  const { connect, read } = run.connector.timeouts;
  const { responseBytes } = run.connector.limits;
  const left = run.deadline - run.io.now();
  if (left <= 0) throw transportError('out_of_time');
  const { url, headers, secretHeaders, templated } = run.connection.sign(request);
  const response = await run.io.send(
    { ...request, headers, content: contentOf(request) },
    {
      signedUrl: url,
      secretHeaders,
      templated,
      connectTimeout: Math.min(connect, left),
      readTimeout: Math.min(read, left),
      timeout: left,
      responseBytes,
      signal: run.signal,
      async departing() {
        run.throttled += await permit.departing();
      },
      sent: () => permit.sent(),
    },
  );
  if (bytesOf(response.body) > responseBytes) throw transportError('response_size', responseBytes);
  return responseOf(response.status, response.headers, response.body);
}

// Seconds until the next attempt; null when this one is the last.
function waitBeforeRetry(run, outcome, attempt, isRepeatable) {
  const policy = run.connector.retry;
  let retryAfter = null;
  if (!(outcome instanceof Error)) {
    retryAfter = retryAfterSeconds(outcome.headers['retry-after'], run.io.wall());
    if (outcome.status === 429) run.throttle.pause(run.buckets[0], run.io.now(), retryAfter || 1);
  }
  if (attempt >= policy.attempts || !mayRetry(policy, outcome, isRepeatable) || run.signal?.aborted) return null;
  const wait = backoff(policy, attempt, retryAfter, run.io.random);
  return run.io.now() + wait < run.deadline ? wait : null;
}

// Note an attempt; how it ended, as the beginning of a sentence.
function record(run, outcome, wait) {
  const status = outcome instanceof Error ? null : outcome.status;
  const reason = outcome instanceof Error ? outcome.message : '';
  run.attempts.push({ status, reason, wait: rounded(wait ?? 0) });
  return reason.replace(/\.+$/, '') || `The service responded with ${status}`;
}

const rounded = (seconds) => Math.round(seconds * 1000) / 1000;

module.exports = { rounded, send };
