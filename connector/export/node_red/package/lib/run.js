'use strict';
// Running an action, step by step: inputs, request, answer, fields; page after page where that is wanted.

const { randomUUID } = require('node:crypto');
const { accept } = require('./inputs');
const { problemsOf } = require('./judge');
const { bodyOf, build, collisions } = require('./request');
const { flatten } = require('./response');
const { cancelled, exchange } = require('./exchange');
const { isRefusal, refusal, requestId } = require('./refusal');
const { ActionError, inputError } = require('./errors');
const { get, isObject } = require('./pointer');
const { resolve } = require('./field');
const { Throttle, machine } = require('./throttle');

const REPEATABLE = ['GET', 'PUT', 'DELETE']; // RFC 9110, 9.2.2: sending it twice has the effect of once.
const shared = new Throttle();

// The inputs, checked; throws with everything that is wrong with them. Nothing is sent.
function checkedInputs(action, given) {
  const { inputs, problems } = accept(action, given);
  problems.push(...problemsOf(action, inputs));
  if (!problems.length) problems.push(...collisions(action, inputs));
  if (problems.length) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    throw inputError(`${action.summary}: ${count} with the inputs. Nothing was sent.`, problems);
  }
  return inputs;
}

// Run an action: `fields` are its outputs, flat; `call` says what happened on the way.
//
// options: allPages, maxItems, signal (gives the run up), tell(what, seconds) before every wait,
// and for tests fetch, clock, throttle, newKey.
async function run(connector, action, given, connection, options = {}) {
  const inputs = checkedInputs(action, given);
  const key = action.idempotency?.input;
  if (key && inputs[key] === undefined) inputs[key] = (options.newKey || randomUUID)();
  const maxItems = boundOf(connector, action, options);
  const throttle = options.throttle || shared;
  const clock = options.clock || machine;
  const limits = [[connection.identity, connector.throttle]];
  if (action.throttle) limits.push([`${connection.identity}/${action.key}`, action.throttle]);
  const state = {
    connector,
    action,
    connection,
    throttle,
    clock,
    fetch: options.fetch || fetch,
    signal: options.signal,
    tell: options.tell || (() => {}),
    rings: limits.map(([name, limit]) => throttle.ring(name, limit)),
    repeatable: REPEATABLE.includes(action.request.method) || key !== undefined,
    deadline: clock.now() + connector.timeouts.total,
    throttled: 0,
    waited: 0,
    attempts: 0,
    pages: 0,
    secrets: [...connection.secrets, ...secretTexts(action.inputs, { properties: action.inputs.properties }, inputs, false)],
  };
  const warnings = [];
  try {
    const fields = maxItems === null ? await page(state, inputs) : await gather(state, inputs, maxItems, warnings);
    return { fields, call: told(state, warnings, key && inputs[key]) };
  } catch (caught) {
    const error = options.signal?.aborted ? cancelled() : caught;
    // The key goes with the error: sent again with it, the service does the thing once.
    if (error instanceof ActionError) Object.assign(error.details, { action: action.key, idempotencyKey: key && inputs[key] });
    throw error;
  }
}

function told(state, warnings, idempotencyKey) {
  return {
    action: state.action.key,
    status: state.response.status,
    requestId: requestId(state.connector, state.response),
    attempts: state.attempts,
    pages: state.pages,
    waited: Math.round((state.throttled + state.waited) * 1000) / 1000,
    idempotencyKey: idempotencyKey ?? null,
    warnings,
  };
}

// How many rows a walk over the pages collects; null when one page is wanted.
function boundOf(connector, action, { allPages = false, maxItems }) {
  if (!allPages || !action.pagination) return null;
  if (maxItems === undefined || maxItems === null || maxItems === '') return connector.paging.maxItems;
  if (Number.isInteger(Number(maxItems)) && Number(maxItems) >= 1) return Number(maxItems);
  const message = 'The number of rows must be a whole number, 1 or more.';
  throw inputError('The number of rows is wrong.', [{ field: 'max_items', rule: 'minimum', message }]);
}

// One call, its answer flattened.
async function page(state, inputs) {
  const { action, connector, connection } = state;
  const request = build(action, inputs, connection.baseUrl, bodyOf(action, inputs));
  checkSize(connector, request);
  const response = await exchange(state, request);
  state.response = response;
  state.pages += 1;
  const accepted = (response.status >= 200 && response.status < 300) || action.outcomes.includes(response.status);
  if (!accepted || isRefusal(connector, response)) throw refusal(connector, action, inputs, response, state.secrets);
  return flatten(action.outputs, response);
}

// The rows of all pages, at most `maxItems`, under the fields of the last one; never a page twice.
async function gather(state, inputs, maxItems, warnings) {
  const paging = state.action.pagination;
  const seen = new Set([inputs[paging.input]]);
  const rows = [];
  let current = inputs;
  for (;;) {
    const fields = await page(state, current);
    rows.push(...(fields[paging.rows] || []));
    const cursor = nextCursor(paging, state.response);
    if (rows.length >= maxItems) {
      if (rows.length > maxItems || cursor !== null) {
        warnings.push(`There are more rows than the ${maxItems} asked for; the rest was left out.`);
      }
      return { ...fields, [paging.rows]: rows.slice(0, maxItems) };
    }
    if (cursor === null) return { ...fields, [paging.rows]: rows };
    if (seen.has(cursor)) {
      const words = 'The service names a next page that was already read; reading on would never end.';
      throw new ActionError('cursor_repeats', words);
    }
    seen.add(cursor);
    current = { ...current, [paging.input]: cursor };
  }
}

function nextCursor(paging, response) {
  if (get(response.body, paging.more) === false) return null;
  const cursor = get(response.body, paging.cursor);
  return typeof cursor === 'string' && cursor ? cursor : null;
}

function checkSize(connector, request) {
  const { requestBytes, urlCharacters } = connector.limits;
  const about = (message) => inputError('The inputs are too large.', [{ field: '', rule: 'size', message }]);
  if (request.url.length > urlCharacters) throw about('The inputs that belong in the address are too long for one request.');
  if (request.body !== undefined && Buffer.byteLength(JSON.stringify(request.body)) > requestBytes) {
    throw about(`The inputs make a request of more than ${Math.floor(requestBytes / 1_000_000)} MB.`);
  }
}

// The texts in the inputs that are secret, for keeping them out of messages.
function secretTexts(schema, declared, value, isInSecret) {
  const field = resolve(schema, declared);
  const secret = isInSecret || field.writeOnly === true;
  if (typeof value === 'string') return secret ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(schema, field.items || {}, item, secret));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => secretTexts(schema, field.properties?.[name] || {}, item, secret));
}

module.exports = { checkedInputs, run };
