'use strict';
// Conditional defaults of a body: what the service expects beside the inputs. The definition says what.

const { copy, isObject } = require('./json');
const { MISSING, get, parse } = require('./pointer');

// Follow the defaults in their order; what is in the body already stays as it is.
function applyBodyDefaults(body, defaults) {
  for (const { at, ifPresent, ifAbsent, set = {}, copy: copied = {} } of defaults) {
    for (const target of objectsAt(body, parse(at))) {
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
function objectsAt(value, [token, ...rest]) {
  if (token === undefined) return isObject(value) ? [value] : [];
  if (token === '*' && Array.isArray(value)) return value.flatMap((entry) => objectsAt(entry, rest));
  return isObject(value) && Object.hasOwn(value, token) ? objectsAt(value[token], rest) : [];
}

module.exports = { applyBodyDefaults };
