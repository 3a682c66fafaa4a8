'use strict';
// The order of problems: that of the form, so that people correct it from top to bottom.

const { fieldsOf, resolve } = require('./field');

// The problems by the place of their fields, each field and rule once; problems without a field come last.
function inFormOrder(schema, problems) {
  const first = new Map();
  for (const problem of problems) {
    const key = JSON.stringify([problem.field, problem.rule]);
    if (!first.has(key)) first.set(key, { problem, position: positionOf(schema, problem.field) });
  }
  return [...first.values()].sort((one, other) => compare(one.position, other.position)).map(({ problem }) => problem);
}

// The positions of the steps of a path: of a name among its fellows, of a row among the rows.
function positionOf(schema, path) {
  const position = [];
  let field = schema;
  let rest = path;
  while (rest) {
    const row = /^\[(\d+)\]/.exec(rest);
    const names = fieldsOf(field).map(([name]) => name);
    const name = row ? null : nameAtStart(rest, names);
    if (name === undefined) return [...position, names.length];
    position.push(row ? Number(row[1]) : names.indexOf(name));
    field = resolve(schema, row ? field.items || {} : field.properties[name]);
    rest = rest.slice((row ? row[0] : name).length).replace(/^\./, '');
  }
  return position;
}

// The field that a path begins with; a name may hold the path's own signs.
function nameAtStart(path, names) {
  const fitting = names.filter((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
  return fitting.sort((one, other) => other.length - one.length)[0];
}

function compare(one, other) {
  for (let step = 0; step < Math.min(one.length, other.length); step += 1) {
    if (one[step] !== other[step]) return one[step] - other[step];
  }
  return one.length - other.length;
}

module.exports = { inFormOrder };
