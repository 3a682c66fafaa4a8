'use strict';
// Adding to a body what the service wants to see beside what the inputs say.

const { MISSING, copy, get, isObject, parse } = require('./pointer');

// Follow the completions in their order; what is in the body already stays as it is.
function complete(body, completions) {
  for (const { at, beside, without, put = {}, take = {} } of completions) {
    for (const target of objects(body, parse(at))) {
      if (beside !== undefined && !Object.hasOwn(target, beside)) continue;
      if (without !== undefined && Object.hasOwn(target, without)) continue;
      const taken = Object.entries(take).map(([name, place]) => [name, get(body, place)]);
      for (const [name, value] of [...Object.entries(put), ...taken]) {
        if (value !== MISSING && !Object.hasOwn(target, name)) target[name] = copy(value);
      }
    }
  }
}

// The objects at a place, of which `*` makes several.
function objects(value, [token, ...rest]) {
  if (token === undefined) return isObject(value) ? [value] : [];
  if (token === '*' && Array.isArray(value)) return value.flatMap((entry) => objects(entry, rest));
  return isObject(value) && Object.hasOwn(value, token) ? objects(value[token], rest) : [];
}

module.exports = { complete };
