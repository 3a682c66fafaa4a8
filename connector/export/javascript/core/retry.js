'use strict';
// Whether and when a failed attempt may be made again. Pure decisions; nothing here waits or sends.

const { stripped } = require('./blanks');
const { ConnectionLostError, NotSentError, OutcomeUnknownError, ThrottledError, UnavailableError } = require('./errors');
const { isDate } = require('./formats');

const LONGEST_RETRY_AFTER = 3600; // Seconds. A service that asks for more is believed for an hour.
const ONCE = ['POST', 'PATCH']; // RFC 9110, 9.2.2: sending another method twice has the effect of once.
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const GONE = [404, 410];
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const TIME = '([01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d|60)';
const USUAL = new RegExp(`^(?:[a-z]+, )?(\\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\\d{4}|\\d{2}) ${TIME}(?: (?:GMT|UTC|([+-])(\\d{2})(\\d{2})))?$`, 'i');
const ASCTIME = new RegExp(`^(?:[a-z]{3} )?([a-z]{3}) +(\\d{1,2}) ${TIME} (\\d{4})$`, 'i');
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

// Whether sending the request again has the effect of once: by its method, or because it carries a key.
const isRepeatable = (action, key) => !ONCE.includes(action.request.method) || key !== null;

// Whether the service may have carried out a request that changes something, although the attempt failed.
function mayHaveActed(request, outcome) {
  if (SAFE.includes(request.method)) return false;
  return outcome instanceof Error ? outcome instanceof ConnectionLostError : outcome.status >= 500 || outcome.status === 408;
}

// Whether a DELETE that finds nothing was carried out by an earlier attempt of the same run.
// earlier: how an earlier attempt failed that may have been carried out; null where there was none.
const isAlreadyDone = (request, response, earlier) =>
  earlier !== null && request.method === 'DELETE' && GONE.includes(response.status);

// The error of a run whose last attempt failed; never “not sent” after an attempt that may have been carried out.
function finalError(error, repeatable, earlier) {
  if (error instanceof ConnectionLostError && !repeatable) return OutcomeUnknownError.after(error);
  if (earlier === null || !(error instanceof ThrottledError || error instanceof NotSentError)) return error;
  const Kind = repeatable ? UnavailableError : OutcomeUnknownError;
  const message = `${earlier}, so the call may have been carried out. It could not be sent again: ${error.message}`;
  const { hint, status, requestId, retryable } = error;
  return new Kind(message, { hint, status, requestId, retryable });
}

// Whether another attempt can help and do nothing twice.
function mayRetry(policy, outcome, repeatable) {
  if (!(outcome instanceof Error)) return repeatable && policy.statuses.includes(outcome.status);
  return (repeatable || outcome instanceof NotSentError) && outcome.retryable;
}

// Seconds to wait after the failed `attempt` (from 1): full jitter under a doubling bound. A Retry-After is the minimum,
// with a little jitter on top so that not everybody returns at once.
function backoff(policy, attempt, retryAfter, random) {
  const drawn = random() * Math.min(policy.cap, policy.base * 2 ** Math.min(attempt - 1, 30));
  return retryAfter === null ? drawn : retryAfter + Math.min(drawn, 1);
}

// Seconds that a Retry-After header asks for, as number or as date; null when it says nothing usable.
// now: milliseconds since 1970.
function retryAfterSeconds(header, now) {
  const text = stripped(header || '', /[ \t]/);
  const seconds = NUMBER.test(text) ? Number(text) : (httpDate(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), LONGEST_RETRY_AFTER) : null;
}

// Milliseconds since 1970 for a date in one of the forms of RFC 9110 (5.6.7), or with an offset; NaN for anything else.
function httpDate(text) {
  const usual = USUAL.exec(text);
  const asctime = ASCTIME.exec(text);
  if (usual) {
    const [, day, month, year, hour, minute, second, sign, offsetHours = 0, offsetMinutes = 0] = usual;
    const whole = year.length === 4 ? year : `${year > '68' ? 19 : 20}${year}`;
    const offset = (sign === '-' ? -1 : 1) * (offsetHours * 60 + Number(offsetMinutes)) * 60_000;
    return utc(whole, month, day, hour, minute, second) - offset;
  }
  return asctime ? utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]) : NaN;
}

function utc(year, name, day, hour, minute, second) {
  const month = String(MONTHS.indexOf(name.toLowerCase()) + 1).padStart(2, '0');
  const date = `${year}-${month}-${day.padStart(2, '0')}`;
  return isDate(date) ? Date.parse(date) + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 : NaN;
}

module.exports = { backoff, finalError, isAlreadyDone, isRepeatable, mayHaveActed, mayRetry, retryAfterSeconds };
