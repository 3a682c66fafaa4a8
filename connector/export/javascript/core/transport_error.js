'use strict';
// What the failure of an HTTP library means: did anything leave this machine?

const { ConnectionLostError, ConnectorError, NotSentError } = require('./errors');

const CHECK_NETWORK = 'Check the network and the base URL.';

// Kind of failure: its error, sentence, hint and code.
const KINDS = {
  unreachable: [NotSentError, 'The service could not be reached.', CHECK_NETWORK],
  connect_timeout: [NotSentError, 'The service could not be reached in time.', CHECK_NETWORK],
  unknown_host: [NotSentError, "The service's host name could not be found.", CHECK_NETWORK, 'unknown_host'],
  proxy: [NotSentError, 'The proxy could not be reached.', CHECK_NETWORK, 'proxy'],
  certificate: [
    NotSentError,
    "The service's certificate was not accepted, so nothing was sent.",
    'Check the base URL, the clock of this machine, and whether a proxy changes certificates.',
    'certificate',
  ],
  base_url: [
    NotSentError,
    'The URL of the call is not valid.',
    'Check the base URL and the proxy settings of this machine.',
    'base_url',
  ],
  header: [NotSentError, 'A header of the call cannot be sent.', '', 'header'],
  out_of_time: [NotSentError, 'The time for this run was used up before the call was made.'],
  cancelled: [NotSentError, 'The run was cancelled before the call was made.', '', 'cancelled'],
  read_timeout: [ConnectionLostError, 'The service did not respond in time.'],
  lost: [ConnectionLostError, 'The connection broke before a response came.'],
  broken_response: [ConnectionLostError, 'The connection broke while the response was being read.'],
  response_headers: [ConnectionLostError, 'The headers of the response contradict each other, so it was not read.'],
  response_stopped: [ConnectionLostError, 'The response stopped before it was complete.'],
  response_incomplete: [ConnectionLostError, 'The response ended before it was complete.'],
  response_endless: [ConnectionLostError, 'The response did not end within the time that this run has.'],
  cancelled_in_flight: [ConnectionLostError, 'The run was cancelled before the response came.'],
  response_size: [ConnectionLostError, 'The response is larger than {} MB and was not read.', '', 'response_size'],
};

// Code of Node's errors: the kind of failure.
const CODES = {
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ERR_INVALID_URL: 'base_url',
  ERR_INVALID_PROTOCOL: 'base_url',
  ERR_UNESCAPED_CHARACTERS: 'base_url',
  ERR_INVALID_CHAR: 'header',
  ERR_INVALID_HTTP_TOKEN: 'header',
  ECONNABORTED: 'read_timeout',
  ETIMEDOUT: 'read_timeout',
  ESOCKETTIMEDOUT: 'read_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'read_timeout',
  UND_ERR_BODY_TIMEOUT: 'read_timeout',
  ERR_CANCELED: 'lost',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'response_headers',
  HPE_INVALID_TRANSFER_ENCODING: 'response_headers',
};
const ON_CONNECTION = /^(read|write)/; // System calls that fail on a connection that stood, with some of the same codes.
const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|INVALID_CA|HOSTNAME_MISMATCH)/;

// The error of one kind of failure; hosts throw it from `send` when they know more than the code of an error says.
// bytes: the largest response, for `response_size`.
function transportError(kind, bytes = 0) {
  const [Kind, message, hint = '', code] = KINDS[kind];
  return new Kind(message.replace('{}', Math.floor(bytes / 1_000_000)), { hint, code });
}

// The same for what an HTTP library threw. Only what is known not to have left is “not sent”.
function transportErrorOf(error) {
  if (error instanceof ConnectorError) return error;
  const chain = [];
  for (let cause = error; cause && chain.length < 5; cause = cause.cause) chain.push(cause);
  const hadConnection = chain.some(({ syscall }) => ON_CONNECTION.test(syscall));
  for (const cause of chain) {
    const code = String(cause.code ?? '');
    // A connection that was not made in time; the same code while reading means that the request had left.
    if (code === 'ETIMEDOUT' && cause.syscall === 'connect') return transportError('connect_timeout');
    // The same code as for a connection that broke later, but here TLS was not agreed on yet.
    if (code === 'ECONNRESET' && /before secure TLS connection/.test(cause.message)) return transportError('unreachable');
    if (CODES[code]) return transportError(hadConnection && CODES[code] === 'unreachable' ? 'lost' : CODES[code]);
    if (CERTIFICATE.test(code)) return transportError('certificate');
    const inner = Array.isArray(cause.errors) ? cause.errors.map((one) => CODES[String(one.code ?? '')]) : [];
    // Every address of a host was tried.
    if (inner.length && inner.every((kind) => kind === inner[0]) && inner[0]) return transportError(inner[0]);
  }
  return transportError('lost');
}

module.exports = { transportError, transportErrorOf };
