'use strict';
// Whether a secret may be sent to an address.

const { stripped } = require('./blanks');
const { AuthorizationError } = require('./errors');
const { printable } = require('./secrets');

const LONGEST_URL = 80; // Characters that a message shows.

// The address without a slash at the end, if a secret may be sent there.
function checkBaseUrl(url, allowInsecure) {
  const address = stripped(url);
  const wrong = (message, hint = '') => new AuthorizationError(message, { code: 'base_url', hint });
  let parts;
  try {
    parts = new URL(address);
  } catch {
    // It is no URL at all.
  }
  if (!parts || !/^https?:\/\/[^/%]+(?:\/|$)/i.test(address.replace(/[?#].*/s, '')) || parts.port === '0' || /[\s\u0000-\u0020\u007f\u0085\\{}]/.test(address) || !address.isWellFormed()) {
    const shown = [...printable(url)].slice(0, LONGEST_URL).join('');
    throw wrong(`“${shown}” is not a valid base URL.`, 'Example: https://api.example.com');
  }
  if (/[?#]|^[^/]*\/\/[^/]*@/.test(address)) {
    throw wrong('The base URL cannot contain a user name, password, query or fragment.');
  }
  if (parts.protocol === 'http:' && !allowInsecure && !isLoopback(parts.hostname)) {
    const message = 'The base URL starts with http://, which would send the secret unencrypted.';
    throw wrong(message, 'Use https://, or allow the insecure URL explicitly.');
  }
  return address.replace(/\/+$/, '');
}

const isLoopback = (host) =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

module.exports = { checkBaseUrl };
