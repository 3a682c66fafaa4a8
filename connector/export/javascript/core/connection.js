'use strict';
// A connection: the base URL, how the secret gets onto a request, and which bucket of calls it shares.

const { AuthorizationError } = require('./errors');
const { printable } = require('./secrets');

const LONGEST_URL = 80; // Characters that a message shows.

// connector: the connector of a definitions file. values: the fields of the connection's form.
// sha256: text to hexadecimal digest. Throws an AuthorizationError that says what is wrong.
function connect(connector, { baseUrl = '', allowInsecure = false, values }, sha256) {
  const secrets = Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, stripped(connector, String(value ?? '').trim())])
      .filter(([, value]) => value),
  );
  for (const name of connector.connection.required) {
    if (secrets[name]) continue;
    const message = `The connection has no ${labelOf(connector, name)}.`;
    throw new AuthorizationError(message, { code: 'missing_secret', field: name, hint: 'Fill it in where the connection is set up.' });
  }
  for (const [name, value] of Object.entries(secrets)) {
    if (/^[!-~]+$/.test(value)) continue;
    const message = `The connection's ${labelOf(connector, name)} contains invalid characters, such as a space or a line break.`;
    throw new AuthorizationError(message, { code: 'secret_form', field: name, hint: 'Copy it again, without anything before or after it.' });
  }
  const address = checkBaseUrl(baseUrl || connector.baseUrl, allowInsecure);
  return {
    baseUrl: address,
    headers: Object.fromEntries(
      Object.entries(connector.authorization.headers).map(([name, template]) => [
        name,
        template.replace(/{connection\.([^}]+)}/g, (_, field) => secrets[field] || ''),
      ]),
    ),
    secrets: Object.values(secrets),
    identity: identityOf(address, secrets, sha256),
  };
}

// The same account, the same name, from which the secret cannot be read back.
function identityOf(address, secrets, sha256) {
  const { host, pathname, protocol } = new URL(address);
  const place = `${protocol}//${host.replace(/\.(?=:|$)/, '')}${pathname}`.toLowerCase();
  return sha256(JSON.stringify([place, ...Object.entries(secrets).sort().map(([name, value]) => [name, sha256(value)])]));
}

function stripped(connector, value) {
  for (const prefix of connector.authorization.strip) {
    // A form takes the blank at the end away: a prefix alone lost its own.
    if (`${value} `.toLowerCase().startsWith(prefix.toLowerCase())) return value.slice(prefix.length).trim();
  }
  return value;
}

// The address without a slash at the end, if a secret may be sent there.
function checkBaseUrl(url, allowInsecure) {
  const address = url.trim();
  const wrong = (message, hint = '') => new AuthorizationError(message, { code: 'base_url', hint });
  let parts;
  try {
    parts = new URL(address);
  } catch {
    parts = null;
  }
  if (!parts || !/^https?:\/\//i.test(address) || parts.port === '0' || /[\s\u0000-\u0020\u007f\\]/.test(address)) {
    const shown = [...printable(url)].slice(0, LONGEST_URL).join('');
    throw wrong(`“${shown}” is not a valid base URL.`, 'Example: https://api.example.com');
  }
  if (parts.username || parts.password || /[?#]|^[^/]*\/\/[^/]*@/.test(address)) {
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

const labelOf = (connector, name) => connector.connection.properties[name]?.title || name;

module.exports = { connect };
