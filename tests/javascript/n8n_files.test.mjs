// Files: binary data of an item becomes an input, an output becomes binary data.

import assert from 'node:assert/strict';
import test from 'node:test';
import { contextOf, packageOf } from './n8n_package.mjs';

const { withFiles, withoutFiles } = await packageOf('archive')('files');

const base64 = (text) => Buffer.from(text).toString('base64');
const BINARY = {
  photo: { data: base64('a photo'), mimeType: 'image/png', fileName: 'photo.png' },
  note: { data: base64('a note'), mimeType: 'text/plain' },
};
const context = contextOf({ binary: (index) => (index === 1 ? BINARY : {}) });
const PHOTO = { $content: Buffer.from('a photo'), '$content-type': 'image/png', $filename: 'photo.png' };
const NOTE = { $content: Buffer.from('a note'), '$content-type': 'text/plain', $filename: undefined };

const file = { type: 'object', 'x-file': true };
const text = { type: 'string' };
const filled = (properties, inputs, $defs = {}) => withFiles(context, { inputs: { properties, $defs } }, inputs, 1);

test('the name of binary data becomes its content, type and name', async () => {
  assert.deepEqual(await filled({ file, other: file, name: text }, { file: 'photo', other: 'note', name: 'photo' }), { file: PHOTO, other: NOTE, name: 'photo' });
});

test('files are found in lists, rows, and rows of lists, also by a shared field', async () => {
  const row = { type: 'object', properties: { file, name: text } };
  const fields = { list: { type: 'array', items: file }, one: row, rows: { type: 'array', items: row }, shared: { $ref: '#/$defs/Row' } };
  const inputs = {
    list: ['photo', 'note'],
    one: { file: 'photo', name: 'photo' },
    rows: [{ file: 'note' }, { file: 'photo', strange: 'photo' }],
    shared: { file: 'photo' },
  };
  assert.deepEqual(await filled(fields, inputs, { Row: row }), {
    list: [PHOTO, NOTE],
    one: { file: PHOTO, name: 'photo' },
    rows: [{ file: NOTE }, { file: PHOTO, strange: 'photo' }],
    shared: { file: PHOTO },
  });
});

test('what is no name stays as it is, for the runtime to report', async () => {
  const whole = { $content: 'eA==', '$content-type': 'text/plain' };
  const row = { type: 'object', properties: { file } };
  const fields = { file, list: { type: 'array', items: file }, row, rows: { type: 'array', items: row }, free: { type: 'object' }, plain: { type: 'array' } };
  for (const inputs of [
    { file: whole }, { file: 5 }, { file: null }, { list: 'photo' }, { list: [whole, 5, null] }, { row: 'photo' }, { row: ['photo'] }, { row: null }, { row: 5 },
    { rows: ['photo', null] }, { rows: { file: 'photo' } }, { free: { file: 'photo' } }, { plain: ['photo'] }, { strange: 'photo' },
  ]) {
    assert.deepEqual(await filled(fields, inputs), inputs);
  }
});

test('an item without the binary data fails as n8n says it', async () => {
  await assert.rejects(filled({ list: { type: 'array', items: file } }, { list: ['photo', 'missing'] }), { message: 'There is no binary data “missing”.' });
  await assert.rejects(withFiles(context, { inputs: { properties: { file } } }, { file: 'photo' }, 0), { message: 'There is no binary data “photo”.' });
});

const split = (properties, outputs, $defs = {}) => withoutFiles(context, { outputs: { properties, $defs } }, outputs);

test('an output that is a file becomes binary data, and its JSON says of what type', async () => {
  const outputs = { id: 'a', file: { $content: base64('a photo'), '$content-type': 'image/png', $filename: 'photo.png' }, note: { $content: base64('a note'), '$content-type': 'text/plain' } };
  assert.deepEqual(await split({ id: text, file, note: { $ref: '#/$defs/File' } }, outputs, { File: file }), {
    json: { id: 'a', file: { '$content-type': 'image/png', $filename: 'photo.png' }, note: { '$content-type': 'text/plain' } },
    binary: { file: BINARY.photo, note: { ...BINARY.note, fileName: undefined } },
  });
  assert.equal(outputs.file.$content, base64('a photo'));
});

test('without a file there is no binary data', async () => {
  const outputs = { file: null, text: 'a', object: { $content: 'eA==', '$content-type': 'text/plain' } };
  assert.deepEqual(await split({ file, text, object: { type: 'object' }, missing: file }, outputs), { json: outputs });
});
