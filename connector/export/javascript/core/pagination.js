'use strict';
// Walking pages: one after another, never twice, never without end.

const { DefinitionError, OutputError } = require('./errors');
const { resolve } = require('./field');
const { absolute, isSameOrigin, queryValue } = require('./links');
const { get } = require('./pointer');
const { placeRule } = require('./validator');

// The outputs of page after page; each is fetched when it is asked for.
// fetchPage: the outputs of the page that some inputs, or a URL, name, the response they were read from, and its URL.
async function* pages(action, inputs, fetchPage) {
  const paging = pagingOf(action);
  const seen = new Set([inputs[paging.input]]);
  let next;
  for (let current = inputs; ; ) {
    const { outputs, response, url } = await fetchPage(current, next);
    const rows = Array.isArray(outputs[paging.rows]) ? outputs[paging.rows] : [];
    const cursor = paging.follow ? nextLink(paging, response, url) : nextCursor(action, response, current[paging.input], rows.length);
    if (paging.follow) seen.add(url);
    yield { rows, outputs, cursor };
    if (cursor === null) return;
    if (seen.has(cursor)) {
      const message = 'The service returned a next page that was already read, so reading stopped.';
      throw new OutputError(message, [], { code: 'cursor_repeats' });
    }
    seen.add(cursor);
    const field = paging.follow ? {} : resolve(action.inputs, action.inputs.properties[paging.input]);
    if (typeof cursor === 'string' && (!cursor.isWellFormed() || placeRule(field, cursor))) {
      const message = 'The service returned a next page that cannot be requested, so reading stopped.';
      throw new OutputError(message, [], { code: 'next_url' });
    }
    if (paging.follow && !isSameOrigin(cursor, url)) {
      const message = 'The next page is not on the host of the base URL, so reading stopped.';
      throw new OutputError(message, [], { code: 'next_url' });
    }
    if (paging.follow) next = cursor;
    else current = { ...current, [paging.input]: cursor };
  }
}

// The rows of all pages under the fields of the last one, at most `maxItems` of them.
async function gather(action, inputs, fetchPage, { maxItems, warnings }) {
  const paging = pagingOf(action);
  const collected = [];
  let last = {};
  for await (const { rows, outputs, cursor } of pages(action, inputs, fetchPage)) {
    for (const row of rows) collected.push(row);
    last = outputs;
    if (collected.length < maxItems) continue;
    if (collected.length > maxItems || cursor !== null) {
      warnings.push(`There are more rows; only ${maxItems} ${maxItems === 1 ? 'is' : 'are'} shown.`);
    }
    break;
  }
  return { ...last, [paging.rows]: collected.slice(0, maxItems) };
}

// The rows of all pages one by one, at most `maxItems` of them.
async function* eachRow(action, inputs, fetchPage, { maxItems }) {
  let count = 0;
  for await (const { rows } of pages(action, inputs, fetchPage)) {
    for (const row of rows) {
      yield row;
      count += 1;
      if (count >= maxItems) return;
    }
  }
}

// The cursor or offset of the page after this response; null on the last page.
function nextCursor(action, response, start, count) {
  const paging = pagingOf(action);
  if (get(response.body, paging.more) === false) return null;
  if (paging.offset) return count ? Number(start || 0) + count : null;
  let cursor = get(response.body, paging.cursor);
  if (paging.nextUrl && typeof cursor !== 'string') {
    const name = resolve(action.inputs, action.inputs.properties[paging.input])['x-name'] || paging.input;
    const link = get(response.body, paging.nextUrl);
    cursor = typeof link === 'string' ? queryValue(link, name) : null;
  }
  return typeof cursor === 'string' && cursor ? cursor : null;
}

// The URL of the next page, relative ones from that of the page before; null on the last page.
function nextLink(paging, response, url) {
  if (get(response.body, paging.more) === false) return null;
  const link = get(response.body, paging.nextUrl);
  if (typeof link !== 'string' || !link) return null;
  return absolute(url, link);
}

function pagingOf(action) {
  if (!action.pagination) throw new DefinitionError(`The action “${action.key}” has no pages.`);
  return action.pagination;
}

module.exports = { eachRow, gather };
