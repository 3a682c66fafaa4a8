'use strict';
// URLs that a service names in a response: of the next page, or of the status of a long-running operation.

const SENDABLE = /^[!-[\]-z|~]+$/; // A backslash means another thing to every reader, and braces are templates.

// The link as a whole URL without a fragment; a relative one starts from the URL of the request.
function absolute(url, link) {
  try {
    const next = new URL(link, url);
    next.hash = '';
    return SENDABLE.test(link) ? next.href : link;
  } catch {
    return link;
  }
}

// Whether a URL is on the host of the request before, so that the connection's secret may go with it.
function isSameOrigin(url, before) {
  if (!SENDABLE.test(url) || !/^https?:/i.test(url)) return false;
  const { origin, username, password } = new URL(url);
  return origin === new URL(before).origin && !username && !password;
}

module.exports = { absolute, isSameOrigin };
