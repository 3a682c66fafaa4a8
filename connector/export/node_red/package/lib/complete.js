'use strict';
// Adding to a body what the service wants to see ifPresent what the inputs say.

const { MISSING, copy, get, isObject, parse } = require('./pointer');

// Follow the completions in their order; what is in the body already stays as it is.
function complete(body, completions) {
  for (const { at, ifPresent, ifAbsent, set = {}, copy: copied = {} } of completions) {
    for (const target of objects(body, parse(at))) {
      if (ifPresent !== undefined && !Object.hasOwn(target, ifPresent)) continue;
      if (ifAbsent !== undefined && Object.hasOwn(target, ifAbsent)) continue;
      const taken = Object.entries(copied).map(([name, place]) => [name, get(body, place)]);
      for (const [name, value] of [...Object.entries(set), ...taken]) {
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
