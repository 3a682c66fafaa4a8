'use strict';
// Long-running operations: a 202 response with a Location is polled until the service says how it ended.

const {
  AuthorizationError,
  ConnectionLostError,
  OutcomeUnknownError,
  OutputError,
  ThrottledError,
  UnavailableError,
} = require('./errors');
const { absolute, isSameOrigin } = require('./links');
const { acceptOf } = require('./request');
const { isSuccess } = require('./response');
const { finalError, retryAfterSeconds } = require('./retry');
const { rounded, send } = require('./send');
const { isServiceError, serviceError } = require('./service_error');
const { sleep } = require('./sleep');
const { headersOf, merged } = require('./templates');

const SHORTEST = 1; // Seconds between two polls; cloud flows wait 20 where the service does not say.
const LONGEST = 20;

// The response that counts: a success, or an outcome that the action declares.
// Throws the service's error, or an error that says whether the request may have been carried out.
async function deliver(run, request) {
  let response = await delivered(run, request, run.isRepeatable);
  if (!run.action.longRunning) return response;
  let url = run.connection.urlOf(request.url);
  for (let polls = 0; ; polls += 1) {
    url = statusUrl(response, url, polls > 0);
    if (url === null) return response;
    const { headers, status } = response;
    const wait = pollWait(polls, retryAfterSeconds(headers['retry-after'], run.io.wall()));
    try {
      if (run.io.now() + wait >= run.deadline) throw new ConnectionLostError('It did not end within the time that this run has.');
      run.attempts[run.attempts.length - 1] = { status, reason: '', wait: rounded(wait) };
      run.onWait('The service is working on it', wait);
      run.waited += wait;
      await sleep(run.io, wait, run.signal);
      response = await delivered(run, statusRequest(run, url), true);
    } catch (error) {
      const isUnknown = [AuthorizationError, ThrottledError, UnavailableError].some((kind) => error instanceof kind);
      throw isUnknown ? notEnded(error, run.isRepeatable) : error;
    }
  }
}

async function delivered(run, request, isRepeatable) {
  const { action, connector, inputs } = run;
  const { response, earlier } = await send(run, request, isRepeatable);
  run.response = response;
  const accepted = isSuccess(response.status) || action.outcomes.includes(response.status);
  if (accepted && !isServiceError(connector, response)) return response;
  const error = serviceError(connector, action, inputs, response, run.io.wall(), run.secrets);
  const isUnknown = error instanceof UnavailableError && !isRepeatable;
  throw finalError(isUnknown ? OutcomeUnknownError.after(error) : error, isRepeatable, earlier);
}

// The URL to poll next; null for a response that counts. A status without a Location is at the same URL the next time.
function statusUrl({ status, headers }, before, isPolled) {
  const link = headers.location;
  if (status !== 202 || !(link || isPolled)) return null;
  const url = link ? absolute(before, link) : before;
  if (isSameOrigin(url, before)) return url;
  const message = 'The service accepted the request, but its status URL is not on the host of the base URL.';
  throw new OutputError(message, [], { code: 'status_url' });
}

// The request that asks for the status: with the headers that every request has, and no input's.
function statusRequest({ action, inputs, connection }, url) {
  const { headers, secretHeaders } = headersOf(action, inputs, connection.endpoint);
  return { method: 'GET', url, headers: merged({ Accept: acceptOf(action) }, headers), secretHeaders, encoding: 'json', boundary: '' };
}

// Seconds until the next poll, after so many: what the service asks for, else longer every time.
const pollWait = (polls, retryAfter) => Math.max(SHORTEST, retryAfter ?? Math.min(LONGEST, 2 ** polls));

// The error of a run whose request was accepted, and whose end could not be read.
function notEnded(error, isRepeatable) {
  const Kind = isRepeatable ? UnavailableError : OutcomeUnknownError;
  const message = `The service accepted the request and may still carry it out. ${error.message}`;
  const hint = isRepeatable ? error.hint : 'Check whether it happened before you run it again.';
  const { status, requestId, retryable } = error;
  return new Kind(message, { hint, status, requestId, retryable });
}

module.exports = { deliver };
