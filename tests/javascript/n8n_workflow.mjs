// What the n8n package imports from `n8n-workflow`, as far as the package can tell them apart. The real one is tried by
// `tests/hosts/n8n.sh`.

import { sleep } from './n8n_time.mjs';

export { sleep };
export const NodeConnectionTypes = { Main: 'main' };

class NodeError extends Error {
  context = {};

  constructor(node, given, { message, description, itemIndex } = {}) {
    super(message || (typeof given === 'string' ? given : given.message), { cause: given });
    const said = description || given.description;
    this.description = said === this.message ? undefined : said;
    Object.assign(this, { node, name: new.target.name });
    this.context.itemIndex = itemIndex;
  }
}

export class NodeOperationError extends NodeError {
  constructor(node, given, options) {
    if (given instanceof NodeOperationError) return given;
    super(node, given, options);
  }
}

export class NodeApiError extends NodeError {
  constructor(node, values, options = {}) {
    super(node, values, options);
    this.httpCode = options.httpCode || String(values.status ?? values.code);
  }
}

// The real one reads more forms. It throws as well, and as well takes 30 February for 2 March.
export function tryToParseDateTime(text, timeZone) {
  const local = new Date(`${text.replace(' ', 'T')}Z`);
  const shown = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).format(local);
  const time = new Date(`${local.toISOString().slice(0, -1)}${shown.split('GMT')[1] || 'Z'}`);
  return { toFormat: () => local.toISOString().slice(0, 10), toUTC: () => ({ toISO: () => time.toISOString() }) };
}
