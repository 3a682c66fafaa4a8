'use strict';
// What an action was compiled into says what its definition says, whatever the inputs and the response are.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { definitions } = require('./definitions');
const { writtenBody } = require('./interpreted_body');
const { readOutputs } = require('./interpreted_response');

const core = '../../connector/export/javascript/core';
const { actionsOf } = require(`${core}/actions`);
const { Connector } = require(`${core}/connector`);
const { normalizeInputs } = require(`${core}/normalize`);
const { bodyOf } = require(`${core}/request`);
const { flatten, responseOf } = require(`${core}/response`);
const { everyProblem, problemsOf } = require(`${core}/validator`);

const EXAMPLES = path.join(__dirname, '..', 'vectors', 'run', 'examples.json');
const CASES = process.env.HYPOTHESIS_PROFILE === 'nightly' ? 50 : 3; // Per example, of inputs and of responses.
const ODD = [
  '', 'x', '0', 'ü', '\ud800', '..', 'a\nb', '2026-01-31T09:30:00Z', 'x'.repeat(3000), null, true, false, 0, 1, -1, 0.5,
  1e20, NaN, Infinity, 1772461800000, 253402300800000, [], {}, [null], [{}], { id: null }, { a: { b: 'c' } }, ['x', 'x'],
];

// Numbers between 0 and 1 that are the same in every run (mulberry32).
let state = 20261126;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
const oneOf = (list) => list[Math.floor(random() * list.length)];

// The value with one change in it, more often further inside.
function changed(value) {
  if (Array.isArray(value) && value.length && random() < 0.9) {
    const place = Math.floor(random() * value.length);
    if (random() < 0.2) return [...value, ...value.slice(place)];
    return value.map((inner, at) => (at === place ? changed(inner) : inner));
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length && random() < 0.9) {
    const name = oneOf(Object.keys(value));
    const way = random();
    if (way < 0.1) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
    if (way < 0.2) return { ...value, [oneOf([name.toUpperCase(), 'other', '0', '__proto__', 'constructor'])]: oneOf(ODD) };
    return { ...value, [name]: changed(value[name]) };
  }
  return oneOf(ODD);
}

function mutant(value) {
  let made = value;
  for (let changes = oneOf([0, 1, 1, 2, 4]); changes > 0; changes -= 1) made = changed(made);
  return made;
}

const shown = (value) => JSON.stringify(value);
const { connector, cases } = JSON.parse(fs.readFileSync(EXAMPLES, 'utf8'));

test('the problems and the body of inputs, and the outputs of a response, are those that the definition says', () => {
  const runtime = new Connector(definitions(connector), {});
  for (const example of cases) {
    const action = actionsOf(definitions(connector))[example.action];
    for (let round = 0; round < CASES; round += 1) {
      const values = mutant(example.inputs);
      if (values === null || typeof values !== 'object' || Array.isArray(values)) continue;
      const { inputs } = normalizeInputs(action, values);
      assert.deepEqual(problemsOf(action.inputs, inputs), everyProblem(action.inputs, inputs, [], true, false));
      if (!runtime.validate(action.key, values).problems.length) {
        assert.equal(shown(bodyOf(action, inputs)), shown(writtenBody(action, inputs)));
      }
      for (const { response } of example.interactions || []) {
        if (!response) continue;
        const read = responseOf(oneOf([200, 202, 409]), {}, shown(mutant(response.body ?? null)) ?? '');
        const outputs = flatten(action.outputs, read);
        assert.equal(shown(outputs), shown(readOutputs(action.outputs, read)));
        const found = problemsOf(action.outputs, outputs, { quotes: false });
        assert.deepEqual(found, everyProblem(action.outputs, outputs, [], false, false));
      }
    }
  }
});
