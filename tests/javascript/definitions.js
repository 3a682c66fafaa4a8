'use strict';
// The definitions that the vectors are about, as an export writes them. The tests in Python write them beforehand and
// name the folder; by hand: `python -m tests.javascript.node`.

const fs = require('node:fs');
const path = require('node:path');

const folder = process.env.VECTOR_DEFINITIONS;
const read = new Map();

function definitions(connector) {
  if (!folder) throw new Error('VECTOR_DEFINITIONS names no folder. Run: python -m tests.javascript.node');
  if (!read.has(connector)) read.set(connector, JSON.parse(fs.readFileSync(path.join(folder, `${connector}.json`), 'utf8')));
  return read.get(connector);
}

module.exports = { definitions };
