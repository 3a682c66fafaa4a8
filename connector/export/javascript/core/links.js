'use strict';
// URLs that a service names in a response: of the next page, or of the status of a long-running operation. They are resolved
// as RFC 3986 says and otherwise stay as the service wrote them, in every language.

// Scheme, host with port, path and query (RFC 3986, appendix B).
const PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/s;
const SENDABLE = /^[!-[\]-z|~]+$/; // A backslash means another thing to every reader, and braces are templates.
const OWN_PORT = { https: ':443', http: ':80' };

// The link as a whole URL without a fragment; a relative one starts from the URL of the request.
function absolute(url, link) {
  const [, scheme, host, path, query] = PARTS.exec(link);
  const [, baseScheme, baseHost, basePath, baseQuery = ''] = PARTS.exec(url);
  const [whole] = link.split('#');
  if (scheme !== undefined) return whole;
  if (host !== undefined) return `${baseScheme}:${whole}`;
  const around = `${baseScheme}://${baseHost}`;
  if (!path) return `${around}${basePath}${query ?? baseQuery}`;
  const parent = basePath.slice(0, Math.max(0, basePath.lastIndexOf('/')));
  return `${around}${withoutDots(path.startsWith('/') ? path : `${parent}/${path}`)}${query ?? ''}`;
}

// A path without its segments `.` and `..` (RFC 3986, 5.2.4).
function withoutDots(path) {
  const kept = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${(/\/\.\.?$/.test(path) ? [...kept, ''] : kept).join('/')}`;
}

// Whether a URL is on the host of the request before, so that the connection's secret may go with it.
const isSameOrigin = (url, before) => SENDABLE.test(url) && originOf(url) !== null && originOf(url) === originOf(before);

// Scheme and host of a URL, in lower case and without the scheme's own port; null with a user's name, or without a host.
function originOf(url) {
  const [, scheme = '', host = ''] = PARTS.exec(url);
  const port = Object.hasOwn(OWN_PORT, scheme.toLowerCase()) ? OWN_PORT[scheme.toLowerCase()] : undefined;
  if (port === undefined || !host || host.includes('@')) return null;
  const name = host.toLowerCase();
  return `${scheme.toLowerCase()}://${name.endsWith(port) ? name.slice(0, -port.length) : name}`;
}

// The last value that the query of a link has under a name; undefined where there is none, or an empty one.
function queryValue(link, name) {
  const [, , , , query = ''] = PARTS.exec(link);
  const pairs = query.slice(1).replaceAll('+', ' ').split('&').map((pair) => pair.split(/=(.*)/s));
  const values = pairs.filter(([key, value]) => value && unquoted(key) === name).map(([, value]) => unquoted(value));
  return values.pop();
}

// A text without percent-encoding; `%` without two digits stays.
function unquoted(text, isLatin = false) {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.slice(1).split('%').map((digits) => parseInt(digits, 16));
    if (isLatin) return bytes.map((byte) => String.fromCharCode(byte)).join('');
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  });
}

module.exports = { absolute, isSameOrigin, queryValue, unquoted };
