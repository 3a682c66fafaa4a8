'use strict';
// Every way a run can fail, by who must act.
//
// ConnectorError
// ├─ DefinitionError                 the author of the definition
// ├─ InputError                      the author of the flow; lists every problem, nothing was sent
// │  └─ UnknownActionError
// ├─ AuthorizationError              the owner of the connection
// ├─ RefusedError                    the author of the flow: the service rejected it (4xx)
// ├─ ThrottledError                  nobody: wait; `wait` is in seconds
// ├─ UnavailableError                nobody: try later
// │  ├─ NotSentError                 nothing left this machine
// │  ├─ ConnectionLostError          the service may have acted
// │  └─ OutcomeUnknownError          look first whether it happened
// └─ OutputError                     the response is not what the definition says

class ConnectorError extends Error {
  static code = 'error';
  static retryable = false;

  constructor(message, details = {}) {
    super(message);
    this.name = this.constructor.name;
    this.code = details.code || this.constructor.code;
    this.hint = details.hint || '';
    this.status = details.status ?? null;
    this.requestId = details.requestId ?? null;
    this.field = details.field ?? null;
    this.idempotencyKey = null;
    this.isRepeatable = true;
    this.retryable = this.constructor.retryable && (details.retryable ?? true);
  }

  // The sentence for people, whole.
  get text() {
    return this.message;
  }

  // The error as JSON, the same as the Python runtime's `to_dict()`; keys without a value are left out.
  toDict() {
    const values = {
      code: this.code,
      message: this.message,
      hint: this.hint || null,
      field: this.field,
      status: this.status,
      request_id: this.requestId,
      idempotency_key: this.idempotencyKey,
    };
    const known = Object.entries(values).filter(([, value]) => value !== null);
    return { ...Object.fromEntries(known), retryable: this.retryable };
  }
}

// problems: field, rule, message, hint of each.
class ProblemsError extends ConnectorError {
  constructor(message, problems = [], details = {}) {
    super(message, { ...details, field: problems.length === 1 ? problems[0].field : undefined });
    this.problems = problems;
  }

  get text() {
    return [this.message, ...this.problems.map((problem) => `- ${problem.message}`)].join('\n');
  }

  toDict() {
    return { ...super.toDict(), problems: this.problems.map((problem) => ({ ...problem })) };
  }
}

class DefinitionError extends ProblemsError {
  static code = 'definition';
}

class InputError extends ProblemsError {
  static code = 'input';
}

class UnknownActionError extends InputError {
  static code = 'unknown_action';
}

class AuthorizationError extends ConnectorError {
  static code = 'connection';
}

class RefusedError extends ConnectorError {
  static code = 'refused';
}

class ThrottledError extends ConnectorError {
  static code = 'throttled';
  static retryable = true;

  constructor(message, details = {}) {
    super(message, details);
    this.wait = details.wait ?? null;
  }

  toDict() {
    return { ...super.toDict(), wait: this.wait };
  }
}

// Codes of failures that the same call meets again until somebody changes something.
const PERMANENT = ['certificate', 'base_url', 'header', 'response_size'];

class UnavailableError extends ConnectorError {
  static code = 'unavailable';
  static retryable = true;

  constructor(message, details = {}) {
    super(message, { retryable: !PERMANENT.includes(details.code), ...details });
  }
}

class NotSentError extends UnavailableError {}

class ConnectionLostError extends UnavailableError {}

class OutcomeUnknownError extends UnavailableError {
  static code = 'outcome_unknown';
  static retryable = false;

  // The same failure, of a request that may not be repeated.
  static after(failure) {
    const message = `${failure.message} The service may have carried it out, so it was not sent again.`;
    const { status, requestId, field } = failure;
    const hint = 'Check whether it happened before you run it again.';
    return new OutcomeUnknownError(message, { hint, status, requestId, field });
  }
}

class OutputError extends ProblemsError {
  static code = 'output';
}

module.exports = {
  AuthorizationError,
  ConnectionLostError,
  ConnectorError,
  DefinitionError,
  InputError,
  NotSentError,
  OutcomeUnknownError,
  OutputError,
  RefusedError,
  ThrottledError,
  UnavailableError,
  UnknownActionError,
};
