'use strict';
// The JavaScript runtime does what every vector says.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { RUNTIME, rules } = require('./runtime');
const { definitions } = require('./definitions');

const VECTORS = path.join(__dirname, '..', 'vectors');

// As JSON: an object's order and prototype, and what is undefined in it, mean nothing.
const plain = (value) => JSON.parse(JSON.stringify(value ?? null));

// What came out under a name of `expect`; `error.code` is the code in the error.
const found = (made, name) => name.split('.').reduce((value, step) => value?.[step], made);

function* filesOf(kind) {
  const folder = path.join(VECTORS, kind);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    yield [name.replace('.json', ''), JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))];
  }
}

for (const [kind, runtime] of Object.entries(RUNTIME)) {
  for (const [file, { connector, cases }] of filesOf(kind)) {
    for (const vector of cases) {
      test(`${kind}/${file}/${vector.id}`, async () => {
        const made = await runtime(definitions(connector), vector);
        for (const [name, expected] of Object.entries(vector.expect)) {
          assert.deepEqual(plain(found(made, name)), expected, name);
        }
      });
    }
  }
}

for (const [file, { schema, cases }] of filesOf('rules')) {
  for (const vector of cases) {
    test(`rules/${file}/${vector.name}`, () => {
      assert.deepEqual(plain(rules(schema, vector).problems), vector.problems);
    });
  }
}
