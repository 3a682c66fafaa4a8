'use strict';
// Walking pages: one after another, never twice, never without end.

const { DefinitionError, OutputError } = require('./errors');
const { get } = require('./pointer');

// The outputs of page after page; each is fetched when it is asked for.
// fetchPage: the outputs of the page that some inputs name, and the response they were read from.
async function* pages(action, inputs, fetchPage) {
  const paging = pagingOf(action);
  const seen = new Set([inputs[paging.input]]);
  for (let current = inputs; ; ) {
    const { outputs, response } = await fetchPage(current);
    const cursor = nextCursor(paging, response);
    yield { rows: outputs[paging.rows] || [], outputs, cursor };
    if (cursor === null) return;
    if (seen.has(cursor)) {
      const message = 'The service returned a next page that was already read, so reading stopped.';
      throw new OutputError(message, [], { code: 'cursor_repeats' });
    }
    seen.add(cursor);
    current = { ...current, [paging.input]: cursor };
  }
}

// The rows of all pages under the fields of the last one, at most `maxItems` of them.
async function gather(action, inputs, fetchPage, maxItems, warnings) {
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
async function* eachRow(action, inputs, fetchPage, maxItems) {
  let count = 0;
  for await (const { rows } of pages(action, inputs, fetchPage)) {
    for (const row of rows) {
      yield row;
      count += 1;
      if (count >= maxItems) return;
    }
  }
}

// The cursor of the page after this response; null on the last page.
function nextCursor(paging, response) {
  if (get(response.body, paging.more) === false) return null;
  const cursor = get(response.body, paging.cursor);
  return typeof cursor === 'string' && cursor ? cursor : null;
}

function pagingOf(action) {
  if (!action.pagination) throw new DefinitionError(`The action “${action.key}” has no pages.`);
  return action.pagination;
}

module.exports = { eachRow, gather };
