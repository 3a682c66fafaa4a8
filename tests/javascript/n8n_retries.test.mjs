// What succeeded before a node failed, until n8n tries the node again.

import assert from 'node:assert/strict';
import test from 'node:test';
import { packageOf } from './n8n_package.mjs';

const done = (name) => ({ place: name, done: new Map([[0, { items: [{ json: { name } }], warnings: [] }]]) });

test('what a failed run did is remembered once', async () => {
  const { forget, remember } = await packageOf('archive')('retries');
  assert.equal(forget('a'), undefined);
  remember('a', done('first'));
  remember('b', done('other'));
  remember('a', done('second'));
  assert.deepEqual([forget('a'), forget('b')], [done('second'), done('other')]);
  assert.deepEqual([forget('a'), forget('b')], [undefined, undefined]);
});

test('only the last 100 failed runs are remembered', async () => {
  const { forget, remember } = await packageOf('archive')('retries');
  for (let run = 0; run < 101; run += 1) remember(`run ${run}`, done(run));
  assert.equal(forget('run 0'), undefined);
  assert.deepEqual(forget('run 1'), done(1));
  assert.deepEqual(forget('run 100'), done(100));
});
