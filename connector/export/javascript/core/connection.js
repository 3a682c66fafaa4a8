'use strict';
// A connection: where its requests go, how its secrets get onto them, and which bucket of calls it shares. A request is
// built without secrets; `sign` adds them where the bytes leave.

const { stripped } = require('./blanks');
const { checkBaseUrl } = require('./base_url');
const { AuthorizationError } = require('./errors');
const { baseUrlOf, connectionFields, fieldOf, fillBaseUrl, fillConnection, placeholder } = require('./templates');
const { encoded } = require('./value_text');

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const AGAIN = 'Copy it again, without anything before or after it.';

// connector: the connector of a definitions file. values: the fields of the connection's form. kind: the key of the kind
// of connection, where the connector has several. sha256: text to hexadecimal digest.
// Throws an AuthorizationError that says what is wrong.
function connect(connector, { baseUrl = '', allowInsecure = false, kind: key = '', values }, sha256) {
  const given = Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, stripped(String(value ?? ''))])
      .filter(([, value]) => value),
  );
  const isInsecure = allowInsecure || connector.insecure;
  const ownUrl = baseUrl && baseUrl !== connector.baseUrl ? checkBaseUrl(baseUrl, isInsecure) : connector.baseUrl;
  const kind = kindOf(connector, given, key);
  const all = Object.fromEntries(Object.entries(withoutPrefixes(kind, given)).filter(([, value]) => value));
  for (const name of kind.required) if (!all[name]) throw missing(connector, name);
  checkValues(connector, kind, all);
  const secrets = Object.keys(connector.connection.properties).filter((name) => connector.connection.properties[name].writeOnly);
  const endpoint = {
    baseUrl: ownUrl,
    isOwn: Boolean(baseUrl) && stripped(baseUrl).replace(/\/+$/, '') !== connector.baseUrl.replace(/\/+$/, ''),
    values: Object.fromEntries(Object.entries(all).filter(([name]) => !secrets.includes(name))),
    secrets: secrets.filter((name) => all[name]),
    headers: connector.headers,
    query: connector.query,
    allowInsecure: isInsecure,
  };
  return {
    endpoint,
    secrets: hiddenTexts(kind, all, secrets),
    identity: identityOf(endpoint.baseUrl, identifying(kind, all), sha256),
    require: (action) => requireValues(connector, action, endpoint, all),
    sign: (request) => sign(kind, all, request, isInsecure),
    urlOf: (url) => urlOf(all, url, isInsecure),
  };
}

// The kind that the connection says it is, else the first whose required fields it has.
function kindOf(connector, given, key) {
  const { kinds } = connector;
  if (key) {
    const named = kinds.find((kind) => kind.key === key);
    if (named) return named;
    const known = kinds.map((kind) => kind.key).filter(Boolean).join(', ');
    const hint = known ? `Kinds of connection: ${known}.` : 'Leave the kind out: there is only one.';
    throw new AuthorizationError(`There is no kind of connection “${key.slice(0, 80)}”.`, { code: 'unknown_kind', hint });
  }
  const fitting = kinds.find((kind) => kind.required.every((name) => given[name]));
  if (fitting || kinds.length === 1) return fitting || kinds[0];
  const needs = kinds.map((kind) => `${kind.title}: ${kind.required.map((name) => labelOf(connector, name)).join(' and ')}`);
  const message = `The connection is incomplete. Fill in one of these. ${needs.join('; ')}.`;
  throw new AuthorizationError(message, { code: 'missing_secret', hint: 'Fill in the fields of one kind where the connection is set up.' });
}

const missing = (connector, name) =>
  new AuthorizationError(`The connection has no ${labelOf(connector, name)}.`, {
    code: 'missing_secret',
    field: name,
    hint: 'Fill it in where the connection is set up.',
  });

const invalid = (connector, name, reason) =>
  new AuthorizationError(`The connection's ${labelOf(connector, name)} ${reason}.`, { code: 'secret_form', field: name, hint: AGAIN });

// The values without prefixes that were pasted along with what is sent.
function withoutPrefixes(kind, values) {
  const sent = connectionFields(...templatesOf(kind.authorization));
  const bare = (value) => {
    for (const prefix of kind.authorization.strip) {
      // A form takes the blank at the end away: a prefix alone lost its own.
      if (`${value} `.toLowerCase().startsWith(prefix.toLowerCase())) return stripped(value.slice(prefix.length));
    }
    return value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sent.includes(name) ? bare(value) : value]));
}

const templatesOf = ({ headers, query, basic }) => [headers, query, basic || {}].flatMap((pairs) => Object.values(pairs));

// Make sure that the values can be sent where they belong.
function checkValues(connector, kind, values) {
  checkHeaders(connector, Object.values(kind.authorization.headers), values);
  for (const [name, value] of Object.entries(values)) {
    if (/[\u0000-\u001f\u007f-\u009f]/.test(value) || !value.isWellFormed()) throw invalid(connector, name, 'contains invalid characters, such as a line break');
  }
  const username = kind.authorization.basic?.username || '';
  if (fillConnection(username, (name) => values[name] || '').includes(':')) {
    throw invalid(connector, connectionFields(username)[0], 'contains a colon');
  }
}

// Make sure that values can be sent in headers, which are templates. Blanks in a secret come from pasting too much, unless
// it is the whole header: such a key can be “Token abc”.
function checkHeaders(connector, headers, values) {
  for (const template of headers) {
    for (const name of connectionFields(template)) {
      const isPart = connector.connection.properties[name]?.writeOnly && template !== placeholder(name);
      if ((isPart ? /^[!-~]*$/ : /^[ -~]*$/).test(values[name] || '')) continue;
      throw invalid(connector, name, 'contains invalid characters, such as a space or a line break');
    }
  }
}

// Make sure that the connection has all that the requests of an action need.
function requireValues(connector, action, endpoint, values) {
  const headers = [endpoint.headers, action.request.headers || {}].flatMap((pairs) => Object.values(pairs));
  checkHeaders(connector, headers, values);
  const template = baseUrlOf(action, endpoint);
  for (const name of connectionFields(template, action.request.path)) if (!values[name]) throw missing(connector, name);
  for (const name of connectionFields(action.request.path)) {
    if (values[name] === '.' || values[name] === '..') throw invalid(connector, name, 'cannot be part of a path');
  }
  try {
    fillBaseUrl(template, (name) => (fieldOf(name) === undefined ? `{${name}}` : values[fieldOf(name)] || ''), endpoint.allowInsecure);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    const name = error.field && (fieldOf(error.field) ?? error.field);
    if (connector.connection.properties[name]?.writeOnly) throw invalid(connector, name, 'is not a valid URL or host name');
    error.field = name;
    throw error;
  }
}

// The URL and the headers of a request with its secrets, apart from those that it had before: what is sent. `templated` is
// the same without what the authorization adds, for a host that adds that itself.
function sign(kind, values, request, allowInsecure) {
  const valueOf = (name) => values[name] || '';
  const isFilled = (...templates) => {
    const fields = connectionFields(...templates);
    return !fields.length || fields.some((name) => values[name]);
  };
  const { headers, query, basic } = kind.authorization;
  let url = urlOf(values, request.url, allowInsecure);
  const added = Object.fromEntries(
    Object.entries(request.secretHeaders).map(([name, parts]) => [
      name,
      parts.map((part, place) => (place % 2 ? valueOf(part) : part)).join(''),
    ]),
  );
  const templated = { url, headers: added };
  // The service's own URL of a next page may have a parameter already.
  const given = (url.split('?')[1] || '').split('&').map((pair) => pair.split('=')[0]);
  for (const [name, template] of Object.entries(query).filter(([name, one]) => isFilled(one) && !given.includes(encoded(name)))) {
    url += `${url.includes('?') ? '&' : '?'}${encoded(name)}=${encoded(fillConnection(template, valueOf))}`;
  }
  const secretHeaders = { ...added };
  for (const [name, template] of Object.entries(headers).filter(([, one]) => isFilled(one))) secretHeaders[name] = fillConnection(template, valueOf);
  if (basic && isFilled(basic.username, basic.password)) {
    secretHeaders.Authorization = `Basic ${base64(fillConnection(`${basic.username}:${basic.password}`, valueOf))}`;
  }
  const replaced = Object.keys(secretHeaders).map((name) => name.toLowerCase());
  const kept = Object.entries(request.headers).filter(([name]) => !replaced.includes(name.toLowerCase()));
  return { url, headers: Object.fromEntries(kept), secretHeaders, templated };
}

// A URL with the secrets in its place, and without those that the authorization adds to its query.
function urlOf(values, template, allowInsecure) {
  const [whole] = connectionFields(template);
  const isWhole = whole !== undefined && template.startsWith(placeholder(whole));
  const url = isWhole ? checkBaseUrl(values[whole], allowInsecure) + template.slice(placeholder(whole).length) : template;
  return fillConnection(url, (name) => encoded(values[name] || ''));
}

// The texts that may appear nowhere, in each of the forms in which they are sent.
function hiddenTexts(kind, values, secrets) {
  const texts = secrets
    .filter((name) => values[name])
    .flatMap((name) => [values[name], values[name].replace(/\/+$/, ''), encoded(values[name]), encoded(values[name]).replaceAll('%20', '+'), JSON.stringify(values[name]).slice(1, -1)]);
  const { basic } = kind.authorization;
  if (basic) {
    const pair = base64(fillConnection(`${basic.username}:${basic.password}`, (name) => values[name] || ''));
    texts.push(pair, pair.replace(/=+$/, ''), encoded(pair));
  }
  return [...new Set(texts)];
}

// The values that make an account another one.
const identifying = (kind, values) => Object.fromEntries(Object.entries(values).filter(([name]) => kind.fields.includes(name)));

// The same account, the same name, from which the secret cannot be read back.
function identityOf(baseUrl, values, sha256) {
  let place = baseUrl;
  if (!baseUrl.includes('{')) {
    const { host, pathname, protocol } = new URL(baseUrl);
    place = `${protocol}//${host.replace(/\.(?=:|$)/, '')}${pathname.replace(/\/+$/, '')}`.toLowerCase();
  }
  return sha256(JSON.stringify([place, ...Object.entries(values).sort().map(([name, value]) => [name, sha256(value)])]));
}

const labelOf = (connector, name) => connector.connection.properties[name]?.title || name;

module.exports = { connect };
