// From the runtime's errors to n8n's.

import assert from 'node:assert/strict';
import test from 'node:test';
import { NodeApiError, NodeOperationError } from './n8n_workflow.mjs';
import { core, packageOf } from './n8n_package.mjs';

const { errorItem, nodeError } = await packageOf('archive')('errors');
const node = { name: 'Archive' };

const PROBLEM = { field: 'id', rule: 'required', message: 'ID is required.', hint: 'Fill it in.' };

test('what the inputs or the account have wrong is an error of the operation', () => {
  const error = new core.InputError('One problem.', [PROBLEM], { hint: 'Look at the form.' });
  const made = nodeError(node, error, 3);
  assert.ok(made instanceof NodeOperationError);
  assert.deepEqual([made.message, made.description, made.node], ['One problem.\n- ID is required.', 'Look at the form.', node]);
  assert.deepEqual(made.context, { code: 'input', message: 'One problem.', hint: 'Look at the form.', field: 'id', retryable: false, problems: [PROBLEM], itemIndex: 3 });
  assert.ok(nodeError(node, new core.AuthorizationError('No key.')) instanceof NodeOperationError);
});

test('what the service said, and that it said nothing, is an error of the API', () => {
  const refused = new core.RefusedError('Not this one.', { hint: 'Another one.', status: 400, requestId: 'r-1' });
  refused.idempotencyKey = 'key-1';
  const made = nodeError(node, refused, 0);
  assert.ok(made instanceof NodeApiError);
  assert.deepEqual([made.message, made.description, made.httpCode, made.node], ['Not this one.', 'Another one.', '400', node]);
  const values = { code: 'refused', message: 'Not this one.', hint: 'Another one.', status: 400, request_id: 'r-1', idempotency_key: 'key-1', retryable: false };
  assert.deepEqual(made.context, { ...values, itemIndex: 0 });

  const named = { unavailable: core.UnavailableError, unsent: core.NotSentError, lost: core.ConnectionLostError, unknown: core.OutcomeUnknownError, throttled: core.ThrottledError };
  for (const [name, Kind] of Object.entries(named)) {
    const silent = nodeError(node, new Kind('Nothing came.'));
    assert.ok(silent instanceof NodeApiError, name);
    assert.notEqual(silent.httpCode, 'null');
    assert.deepEqual([silent.message, silent.context.code, silent.context.itemIndex], ['Nothing came.', Kind.code, undefined]);
  }
});

test('an authorization or an output that the service refused has its status, too', () => {
  for (const Kind of [core.AuthorizationError, core.OutputError]) {
    const details = { status: 401 };
    const error = Kind === core.OutputError ? new Kind('No.', [], details) : new Kind('No.', details);
    const made = nodeError(node, error);
    assert.ok(made instanceof NodeApiError);
    assert.equal(made.httpCode, '401');
  }
});

test('any other error is one of the operation, with its item', () => {
  const broken = new TypeError('There is no binary data “photo”.');
  const made = nodeError(node, broken, 2);
  assert.ok(made instanceof NodeOperationError);
  assert.deepEqual([made.message, made.cause, made.context.itemIndex, made.node], ['There is no binary data “photo”.', broken, 2, node]);
});

test('an item of the error branch has two names, so that n8n puts the input beside them', () => {
  assert.deepEqual(errorItem(new core.InputError('One problem.', [PROBLEM]), 3), {
    error: 'One problem.\n- ID is required.',
    details: { itemIndex: 3, code: 'input', message: 'One problem.', field: 'id', retryable: false, problems: [PROBLEM] },
  });
  assert.deepEqual(errorItem(new TypeError('broken'), 4), { error: 'broken', details: { itemIndex: 4 } });
});
