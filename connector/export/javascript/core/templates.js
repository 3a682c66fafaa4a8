'use strict';
// What the templates of a connector and an action make of a request: base URL, path, query, headers. The values of inputs
// and of the connection are put in here; its secrets stay `{connection.field}` and are put in by connection.js.

const { stripped } = require('./blanks');
const { AuthorizationError } = require('./errors');
const { checkBaseUrl } = require('./base_url');
const { inputOf, placed } = require('./field');
const { sentence } = require('./messages');
const { printable } = require('./secrets');
const { encoded, pathText, textOf } = require('./value_text');

const NAME = /{([^{}]+)}/;
const NAMES = /{([^{}]+)}/g;
const CONNECTION = 'connection.';
const HOST = /^(?:[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?)$/;
const SCHEME = /^https?:\/\//i;

const split = (template) => template.split(NAME);
const namesOf = (...templates) => templates.flatMap((template) => [...template.matchAll(NAMES)].map(([, name]) => name));
const fieldOf = (name) => (name.startsWith(CONNECTION) ? name.slice(CONNECTION.length) : undefined);
const connectionFields = (...templates) => namesOf(...templates).map(fieldOf).filter((field) => field !== undefined);
const inputNames = (...templates) => [...new Set(namesOf(...templates))].filter((name) => fieldOf(name) === undefined);
const placeholder = (field) => `{${CONNECTION}${field}}`;

// The template with the value of each field of the connection in its place; other names stay as they are.
const fillConnection = (template, valueOf) =>
  template.replace(NAMES, (whole, name) => (fieldOf(name) === undefined ? whole : valueOf(fieldOf(name))));

// The base URL that a template makes, without a slash at the end. A value in braces is a secret, or is not known.
// Throws an AuthorizationError whose `field` is the name of the wrong value.
function fillBaseUrl(template, valueOf, allowInsecure) {
  const pieces = split(template);
  if (pieces.length === 1) return template.replace(/\/+$/, '');
  let made = pieces[0];
  for (let place = 1; place < pieces.length; place += 2) {
    const name = pieces[place];
    const value = valueOf(name);
    try {
      made += (value === `{${name}}` ? value : pieceOf(name, value, made, allowInsecure)) + pieces[place + 1];
    } catch (error) {
      if (error instanceof AuthorizationError) error.field = name;
      throw error;
    }
  }
  return made.includes('{') ? made.replace(/\/+$/, '') : checkBaseUrl(made, allowInsecure);
}

// A value in a base URL, after what is before it: a whole URL, a host name, or a segment of the path. One of the connection
// may be several segments, as its owner pastes them.
function pieceOf(name, value, before, allowInsecure) {
  if (!before) return checkBaseUrl(value, allowInsecure);
  if (!before.replace(SCHEME, '').includes('/')) return hostName(value);
  const segments = fieldOf(name) === undefined ? [value] : value.replace(/^\/+|\/+$/g, '').split('/');
  if (segments.includes('.') || segments.includes('..')) {
    throw new AuthorizationError(`“${value}” cannot be part of a path.`, { code: 'base_url' });
  }
  if (fieldOf(name) === undefined) return encoded(value);
  return encodeURI(segments.join('/')).replace(/[?#]/g, (char) => (char === '?' ? '%3F' : '%23'));
}

// A host name or a part of one; a pasted `https://` and slashes at the end are taken off.
function hostName(value) {
  const host = stripped(value).replace(SCHEME, '').replace(/\/+$/, '');
  if (HOST.test(host)) return host;
  const message = `“${[...printable(value)].slice(0, 80).join('')}” is not a host name.`;
  throw new AuthorizationError(message, { code: 'host', hint: 'Example: api.example.com' });
}

// The base URL of an action's requests: a template.
const baseUrlOf = (action, endpoint) => (endpoint.isOwn ? endpoint.baseUrl : action.request.baseUrl ?? endpoint.baseUrl);

// The URL without its query.
function urlOf(action, inputs, endpoint) {
  const base = fillBaseUrl(baseUrlOf(action, endpoint), values(inputs, endpoint), endpoint.allowInsecure);
  const inPath = new Map(
    placed(action.inputs, inputs)
      .filter(([, field]) => field['x-in'] === 'path')
      .map(([name, field]) => [field['x-name'] || name, pathText(field, inputs[name])]),
  );
  const valueOf = values({}, endpoint);
  return base + action.request.path.replace(NAMES, (whole, name) => {
    if (inPath.has(name)) return inPath.get(name);
    const value = valueOf(name);
    return value === whole ? value : encoded(value);
  });
}

// The pairs that the templates put into the query, encoded.
const queryOf = (action, inputs, endpoint) =>
  filled({ ...endpoint.query, ...action.request.query }, inputs, endpoint).map(([name, parts]) => {
    const value = parts.map((part, place) => (place % 2 ? placeholder(part) : encoded(part)));
    return `${encoded(name)}=${value.join('')}`;
  });

// The headers that the templates make, and those with secrets: texts with the names of secrets between them.
function headersOf(action, inputs, endpoint) {
  const pairs = filled(merged(endpoint.headers, action.request.headers || {}), inputs, endpoint);
  return {
    headers: Object.fromEntries(pairs.filter(([, parts]) => parts.length === 1).map(([name, [value]]) => [name, value])),
    secretHeaders: Object.fromEntries(pairs.filter(([, parts]) => parts.length !== 1)),
  };
}

// Both; of headers with the same name, however it is written, the second.
function merged(headers, more) {
  const names = Object.keys(more).map((name) => name.toLowerCase());
  return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase()))), ...more };
}

// The inputs that cannot be part of the base URL of the action, or of a header.
function templateProblems(action, inputs) {
  const template = action.request.baseUrl || '';
  const problems = [];
  for (const name of inputNames(...Object.values(action.request.headers || {}))) {
    if (/^[ -~]*$/.test(textOf(inputs[name] ?? ''))) continue;
    problems.push(sentence('header', { key: name, label: titleOf(action, name), where: '' }));
  }
  for (const name of inputNames(template).filter((one) => Object.hasOwn(inputs, one))) {
    try {
      fillBaseUrl(template, values({ [name]: inputs[name] }, { values: {} }), false);
    } catch (error) {
      if (!(error instanceof AuthorizationError)) throw error;
      problems.push({ field: name, rule: 'host', message: `${titleOf(action, name)}: ${error.message}`, hint: error.hint });
    }
  }
  return problems;
}

const titleOf = (action, name) => inputOf(action, name)?.title || name;

// The values of names in a template; one that is not known stands for itself.
function values(inputs, endpoint) {
  return (name) => {
    const field = fieldOf(name);
    if (field !== undefined) return endpoint.values[field] || `{${name}}`;
    return Object.hasOwn(inputs, name) ? textOf(inputs[name]) : `{${name}}`;
  };
}

// The pairs of which every value is there: texts, with the names of secrets between them.
function filled(pairs, inputs, endpoint) {
  return Object.entries(pairs).flatMap(([key, template]) => {
    const texts = [''];
    for (const [place, piece] of split(template).entries()) {
      const field = place % 2 ? fieldOf(piece) : undefined;
      if (place % 2 === 0) texts[texts.length - 1] += piece;
      else if (endpoint.secrets.includes(field)) texts.push(field, '');
      else {
        const value = field === undefined ? inputs[piece] : endpoint.values[field];
        if (value === undefined || value === '') return [];
        texts[texts.length - 1] += textOf(value);
      }
    }
    return [[key, texts]];
  });
}

module.exports = { baseUrlOf, connectionFields, fieldOf, fillBaseUrl, fillConnection, headersOf, merged, placeholder, queryOf, templateProblems, urlOf };
