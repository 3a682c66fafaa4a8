'use strict';
// The JavaScript runtime does what every vector says.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { RUNTIME } = require('./runtime');
const { definitions } = require('./definitions');

const VECTORS = path.join(__dirname, '..', 'vectors');
// As JSON: an object's order and prototype, and what is undefined in it, mean nothing.
const plain = (value) => JSON.parse(JSON.stringify(value ?? null));

// What came out under a name of `expect`; `error.code` is the code in the error.
const found = (made, name) => name.split('.').reduce((value, step) => value?.[step], made);

for (const [kind, runtime] of Object.entries(RUNTIME)) {
  const folder = path.join(VECTORS, kind);
  const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : [];
  for (const file of files) {
    const { connector, cases } = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
    for (const vector of cases) {
      test(`${kind}/${file.replace('.json', '')}/${vector.id}`, async () => {
        const made = await runtime(definitions(connector), vector);
        for (const [name, expected] of Object.entries(vector.expect)) assert.deepEqual(plain(found(made, name)), expected, name);
      });
    }
  }
}
