'use strict';
// A connection: where the service answers, and how the secret gets onto a request.

const { createHash } = require('node:crypto');
const net = require('node:net');
const { ActionError } = require('./errors');

// `values` are the connection fields of the form; an error says what is wrong with them.
function connect(connector, { baseUrl, allowInsecure = false, values }) {
  const secrets = Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, stripped(connector, String(value ?? '').trim())])
      .filter(([, value]) => value),
  );
  for (const name of connector.connection.required) {
    if (!secrets[name]) throw wrong('missing_secret', `The connection has no ${label(connector, name)}.`, name);
  }
  for (const [name, value] of Object.entries(secrets)) {
    if (/^[!-~]+$/.test(value)) continue;
    const words = 'contains characters that cannot be part of one, such as a blank or a line break';
    throw wrong('secret_form', `The connection's ${label(connector, name)} ${words}.`, name);
  }
  const address = checked(baseUrl || connector.baseUrl, allowInsecure);
  const { header, template } = connector.authorization;
  return {
    baseUrl: address,
    headers: { [header]: template.replace(/{([^}]+)}/g, (_, name) => secrets[name] || '') },
    secrets: Object.values(secrets),
    identity: identity(address, secrets),
  };
}

// The same account, the same name, from which the secret cannot be read back.
function identity(address, secrets) {
  const digest = createHash('sha256').update(address.toLowerCase());
  for (const [name, value] of Object.entries(secrets).sort()) digest.update(JSON.stringify([name, value]));
  return digest.digest('hex');
}

function stripped(connector, value) {
  for (const prefix of connector.authorization.strip) {
    // A form takes the blank at the end away: a prefix alone lost its own.
    if (`${value} `.toLowerCase().startsWith(prefix.toLowerCase())) return value.slice(prefix.length).trim();
  }
  return value;
}

// The address without a slash at the end, if a secret may be sent there.
function checked(url, allowInsecure) {
  let parts;
  try {
    parts = new URL(url.trim());
  } catch {
    throw wrong('base_url', 'The base URL is not a web address.');
  }
  if (!['http:', 'https:'].includes(parts.protocol)) throw wrong('base_url', 'The base URL is not a web address.');
  if (parts.username || parts.password || /[?#@]/.test(url)) {
    throw wrong('base_url', 'The base URL may not contain a user name, a password, a query or a fragment.');
  }
  if (parts.protocol === 'http:' && !allowInsecure && !isLoopback(parts.hostname)) {
    throw wrong('base_url', 'The base URL begins with http://, so the secret would travel unencrypted to another machine.');
  }
  return parts.href.replace(/\/+$/, '');
}

const isLoopback = (host) =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || (net.isIPv4(host) && host.startsWith('127.'));

const label = (connector, name) => connector.connection.properties[name]?.title || name;
const wrong = (code, message, field) => new ActionError(code, message, { field });

module.exports = { connect };
