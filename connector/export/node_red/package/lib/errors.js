'use strict';
// One error for whatever goes wrong, made for the catch node: a sentence, a stable code, and what is known besides.

class ActionError extends Error {
  // details: status, hint, field, requestId, problems, wait, retryable, idempotencyKey; what is unknown is left out.
  constructor(code, message, details = {}) {
    super(message);
    this.name = 'ActionError';
    this.code = code;
    this.details = details;
    for (const name of ['status', 'hint', 'field']) if (details[name] != null) this[name] = details[name];
    // Node-RED copies own properties only, and of those `code` and `cause` alone, into msg.error.
    Object.defineProperty(this, 'cause', { get: () => this.toJSON() });
    // A stack says nothing about a refusal, and Node-RED would log it in place of the sentence.
    delete this.stack;
  }

  toJSON() {
    const told = { code: this.code, message: this.message, retryable: false, ...this.details };
    return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null && value !== undefined && value !== ''));
  }

  toString() {
    return this.message;
  }
}

function inputError(message, problems) {
  const lines = [message, ...problems.map((problem) => `- ${problem.message}`)].join('\n');
  return new ActionError('input', lines, { problems, field: problems.length === 1 ? problems[0].field : null });
}

// The text without the characters that steer a terminal.
// eslint-disable-next-line no-control-regex
const printable = (text) => text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

// The text with every secret replaced; the longest first, so that no tail stays.
function mask(text, secrets) {
  const long = secrets.filter((secret) => secret.length >= 4).sort((one, other) => other.length - one.length);
  return long.reduce((masked, secret) => masked.replaceAll(secret, '••••••'), text);
}

module.exports = { ActionError, inputError, mask, printable };
