'use strict';
// From what the service refused to our error: who must act, in one sentence, naming the input where it is known.

const { AuthorizationError, RefusedError, ThrottledError, UnavailableError } = require('./errors');
const { fieldsOf, inputOf, pointersOf, resolve } = require('./field');
const { show } = require('./messages');
const { get, parse } = require('./pointer');
const { retryAfterSeconds } = require('./retry');
const { mask, maskedLine, printable } = require('./secrets');
const { PHRASES } = require('./status_phrases');

const LONGEST_WORDS = 500;
const LONGEST_ID = 200;
// “users[0].recipient: Required; name: Required”: a place, a colon, a reason.
const COMPLAINT = /^\s*([\p{L}_][\p{L}\p{N}_\-.[\]]*): /u;

// Characters of a kind of error; a longer text is not a kind, and is not searched.
const LONGEST_KIND = 200;

// Whether the body says that it is an error, whatever the status says.
function isServiceError(connector, response) {
  const { type, message, kinds } = connector.errorBody;
  const [kind, words] = [get(response.body, type), get(response.body, message)];
  if (typeof kind !== 'string' || typeof words !== 'string' || [...kind].length > LONGEST_KIND) return false;
  return new RegExp(kinds, 'u').test(kind);
}

// The error for a response outside 2xx.
// now: milliseconds since 1970. secrets: texts that must not appear in it, should the service have echoed one.
function serviceError(connector, action, inputs, response, now, secrets) {
  const { status } = response;
  const words = wordsOf(connector, response, secrets);
  const known = [...action.errors, ...connector.errors].find(
    (one) => one.status === status && (!one.pattern || new RegExp(one.pattern, 'iu').test(words)),
  );
  let message = known ? filled(known.sentence, action, inputs) : general(status);
  if (words) message += ` ${connector.title} says: ${words}${/[.!?…]$/.test(words) ? '' : '.'}`;
  const details = { code: known?.code, hint: known?.hint, status, requestId: requestIdOf(connector, response, secrets) };
  if (status === 429) {
    return new ThrottledError(message, { ...details, wait: retryAfterSeconds(response.headers['retry-after'], now) });
  }
  details.field = known?.field || complainedField(action, words);
  if (status === 401 || status === 403) return new AuthorizationError(message, details);
  if (status >= 500 || status === 408 || status === 425) return new UnavailableError(message, details);
  return new RefusedError(message, details);
}

// The service's own id of a request, from the first header that has one.
function requestIdOf(connector, response, secrets) {
  const found = connector.requestId.map((name) => response.headers[name.toLowerCase()]).find(Boolean);
  return found ? [...printable(mask(found, secrets))].slice(0, LONGEST_ID).join('') : null;
}

// What the service itself says, safe to show; empty when it says nothing readable.
function wordsOf(connector, response, secrets) {
  const said = get(response.body, connector.errorBody.message);
  if (typeof said !== 'string') return '';
  const text = [...maskedLine(said, secrets)];
  return text.length <= LONGEST_WORDS ? text.join('') : `${text.slice(0, LONGEST_WORDS).join('')}…`;
}

function general(status) {
  const name = `${status} ${PHRASES[status] || ''}`.trim();
  if (status < 200) return `The service responded with ${name}, which does not complete a request.`;
  if (status < 300) return 'The service rejected the request, although its status is a success.';
  if (status < 400) return `The service responded with a redirect (${name}), which is not followed.`;
  if (status >= 500) return `The service failed (${name}).`;
  return `The service rejected the request (${name}).`;
}

// `{list_id}` in a sentence becomes what the user gave, if it is not a secret.
function filled(sentence, action, inputs) {
  return sentence.replace(/{([^}]+)}/g, (_, name) => {
    const field = inputOf(action, name);
    if (field === undefined || field.writeOnly === true) return 'the value given';
    return show(inputs[name]).replace(/^the text /, '');
  });
}

// The input whose place on the wire the service's message begins with.
function complainedField(action, words) {
  const places = new Map(
    fieldsOf(action.inputs).map(([name, declared]) => {
      const field = resolve(action.inputs, declared);
      return field['x-in'] === 'body' ? [parse(pointersOf(field, name)[0]).join('.'), name] : [field['x-name'] || name, name];
    }),
  );
  for (const part of words.split(';')) {
    const found = COMPLAINT.exec(part)?.[1];
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

module.exports = { isServiceError, requestIdOf, serviceError };
