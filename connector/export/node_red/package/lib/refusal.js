'use strict';
// From the service's refusal to our error: one sentence, naming the input where it is known.

const { STATUS_CODES } = require('node:http');
const { get, parse } = require('./pointer');
const { fieldsOf, pointersOf, resolve } = require('./field');
const { ActionError, mask, printable } = require('./errors');
const { show } = require('./judge');

const LONGEST_WORDS = 500;
const LONGEST_RETRY_AFTER = 3600; // Seconds. A service that asks for more is believed for an hour.

// Whether the body says that it is a refusal, whatever the status says.
function isRefusal(connector, response) {
  const [kind, words] = [get(response.body, connector.errorBody.type), get(response.body, connector.errorBody.message)];
  return typeof kind === 'string' && typeof words === 'string' && new RegExp(connector.errorBody.kinds, 'u').test(kind);
}

// The error that an answer stands for. `secrets` may not appear in it, should the service have echoed one.
function refusal(connector, action, inputs, response, secrets) {
  const { status } = response;
  const words = wordsOf(connector, response, secrets);
  const known = [...action.errors, ...connector.errors].find(
    (one) => one.status === status && (!one.pattern || new RegExp(one.pattern, 'iu').test(words)),
  );
  let message = known ? filled(known.sentence, action, inputs) : general(status);
  if (words) message += ` ${connector.title} says: ${words}${/[.!?…]$/.test(words) ? '' : '.'}`;
  const later = status === 429 || status >= 500 || status === 408 || status === 425;
  const kind = { 401: 'connection', 403: 'connection', 429: 'throttled' }[status] || (later ? 'unavailable' : 'refused');
  return new ActionError(status === 429 ? 'throttled' : known?.code || kind, message, {
    hint: known?.hint,
    status,
    retryable: later,
    requestId: requestId(connector, response),
    field: known?.field || complainedField(action, words),
    wait: status === 429 ? retryAfter(response.headers['retry-after']) : null,
  });
}

function requestId(connector, response) {
  const found = connector.requestId.map((name) => response.headers[name.toLowerCase()]).find(Boolean);
  return found ? printable(found).slice(0, 200) : null;
}

function wordsOf(connector, response, secrets) {
  const said = get(response.body, connector.errorBody.message);
  if (typeof said !== 'string') return '';
  const text = mask(printable(said).split(/\s+/).filter(Boolean).join(' '), secrets);
  return text.length <= LONGEST_WORDS ? text : `${text.slice(0, LONGEST_WORDS)}…`;
}

function general(status) {
  const name = `${status} ${STATUS_CODES[status] || ''}`.trim();
  if (status < 300) return 'The service refused the request, although its status says success.';
  if (status < 400) return `The service answered ${name}, which leads elsewhere; this node does not follow.`;
  if (status >= 500) return `The service had a fault of its own (${name}).`;
  return `The service refused the request (${name}).`;
}

// `{list_id}` in a sentence becomes what the user gave, if it is not a secret.
function filled(sentence, action, inputs) {
  return sentence.replace(/{([^}]+)}/g, (_, name) => {
    const declared = action.inputs.properties[name];
    const secret = !declared || resolve(action.inputs, declared).writeOnly === true;
    return inputs[name] === undefined && !secret ? 'empty' : show(inputs[name], secret).replace(/^the text /, '');
  });
}

// The input whose place on the wire the service's words begin with: “users[0].recipient: Required; name: Required”.
function complainedField(action, words) {
  const places = new Map(
    fieldsOf(action.inputs).map(([name, declared]) => {
      const field = resolve(action.inputs, declared);
      return field['x-in'] === 'body' ? [parse(pointersOf(field, name)[0]).join('.'), name] : [field['x-name'] || name, name];
    }),
  );
  for (const part of words.split(';')) {
    const found = /^\s*([A-Za-z_][\w\-.[\]]*): /.exec(part)?.[1];
    if (!found) continue;
    const list = found.includes('[') ? places.get(found.split('[')[0]) : undefined;
    if (list) return list;
    let dotted = found.replace(/\[\d+\]/g, '');
    while (dotted) {
      if (places.has(dotted)) return places.get(dotted);
      dotted = dotted.includes('.') ? dotted.slice(0, dotted.lastIndexOf('.')) : '';
    }
  }
  return null;
}

// Seconds that a Retry-After header asks for, as number or as date; null when it says nothing usable.
function retryAfter(header) {
  if (!header) return null;
  const text = header.trim();
  const seconds = /^[\d.]+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), LONGEST_RETRY_AFTER) : null;
}

module.exports = { isRefusal, refusal, requestId, retryAfter };
