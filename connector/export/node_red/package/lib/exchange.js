'use strict';
// One call made reliable: take a token, send, and try again only where that cannot do anything twice.

const { ActionError } = require('./errors');
const { answer } = require('./response');
const { retryAfter } = require('./refusal');

// Nothing left this machine when one of these is the cause.
const NOT_SENT = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT',
]);
const isCertificate = (code) => /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_)/.test(code);

// The answer to the request, whatever its status, after as many attempts as are allowed.
async function exchange(run, request) {
  const { connector } = run;
  const policy = connector.retry;
  for (let attempt = 1; ; attempt += 1) {
    const left = Math.min(connector.timeouts.wait - run.throttled, run.deadline - run.clock.now());
    run.throttled += await run.throttle.acquire(run.rings, Math.max(0, left), run.signal, (seconds) => run.tell('limit', seconds));
    run.attempts += 1;
    let outcome;
    try {
      outcome = await deliver(run, request);
    } catch (error) {
      outcome = error;
    }
    const wait = waitAfter(run, policy, outcome, attempt);
    if (wait === null) {
      if (!(outcome instanceof Error)) return outcome;
      throw final(outcome, run);
    }
    run.tell('retry', wait);
    run.waited += wait;
    await run.clock.sleep(wait, run.signal);
  }

  function final(error) {
    if (error.sent && !run.repeatable) {
      const words = `${error.message} Whether ${connector.title} carried it out is unknown, so it was not sent again.`;
      return new ActionError('outcome_unknown', words, { hint: 'Look whether it happened before you run it again.' });
    }
    return new ActionError(error.reason || 'unavailable', error.message, { retryable: true });
  }
}

// Seconds until the next attempt; null when this one is the last.
function waitAfter(run, policy, outcome, attempt) {
  let asked = null;
  let again;
  if (outcome instanceof Error) {
    again = (run.repeatable || !outcome.sent) && !outcome.reason;
  } else {
    asked = retryAfter(outcome.headers['retry-after']);
    if (outcome.status === 429) run.throttle.pause(run.rings[0], asked || 1);
    again = policy.statuses.includes(outcome.status) && run.repeatable;
  }
  if (!again || attempt >= policy.attempts || run.signal?.aborted) return null;
  // Full jitter under a doubling bound; a Retry-After is a floor.
  const drawn = Math.random() * Math.min(policy.cap, policy.base * 2 ** (attempt - 1));
  const wait = asked === null ? drawn : asked + Math.min(drawn, 1);
  return run.clock.now() + wait < run.deadline ? wait : null;
}

// Send once. An error says in `sent` whether bytes may have arrived, and in `reason` why trying again is hopeless.
async function deliver(run, request) {
  const { connector, connection } = run;
  const patience = new AbortController();
  const signal = run.signal ? AbortSignal.any([patience.signal, run.signal]) : patience.signal;
  let timer;
  const listen = () => {
    clearTimeout(timer);
    const seconds = Math.min(connector.timeouts.read, run.deadline - run.clock.now());
    timer = setTimeout(() => patience.abort(), Math.max(0, seconds) * 1000);
  };
  try {
    listen();
    const response = await run.fetch(request.url, {
      method: request.method,
      headers: { 'User-Agent': connector.userAgent, ...request.headers, ...connection.headers },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      redirect: 'manual',
      signal,
    });
    const chunks = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      listen();
      size += chunk.length;
      if (size > connector.limits.responseBytes) throw failed('The answer is too large and was not read.', true, 'too_large');
      chunks.push(chunk);
    }
    return answer(response.status, Object.fromEntries(response.headers), new TextDecoder().decode(Buffer.concat(chunks)));
  } catch (error) {
    if (error.sent !== undefined) throw error;
    if (patience.signal.aborted) throw failed('The service did not answer in time.', true);
    const code = String(error.cause?.code || error.code || '');
    if (NOT_SENT.has(code)) throw failed(`The service could not be reached (${code}).`, false, code === 'ENOTFOUND' ? 'unknown_host' : '');
    if (isCertificate(code)) throw failed(`The service's certificate was not accepted (${code}).`, false, 'certificate');
    throw failed(`The connection broke before a whole answer came${code ? ` (${code})` : ''}.`, true);
  } finally {
    clearTimeout(timer);
  }
}

const failed = (message, sent, reason = '') => Object.assign(new Error(message), { sent, reason });
const cancelled = () =>
  new ActionError('cancelled', 'The run was given up because the node was stopped.', {
    hint: 'If its call had left already, look whether it happened.',
  });

module.exports = { cancelled, exchange };
