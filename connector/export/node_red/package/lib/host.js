'use strict';
// What the core asks of its host: sending, sleeping, and the time. One connector for all nodes of this process.

const { createHash, randomUUID } = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');
const { Connector } = require('../core');
const definitions = require('../definitions.json');
const { name, version } = require('../package.json');
const { send } = require('./http_call');

const LONGEST_SLEEP = 2_000_000; // Seconds; timers take no more than 2^31 milliseconds.

const io = {
  send: (request, options) => send(`${name}/${version}`, request, options),
  sleep: (seconds, signal) => pause(Math.max(0, Math.min(seconds, LONGEST_SLEEP)) * 1000, undefined, { signal }),
  now: () => performance.now() / 1000,
  wall: () => Date.now(),
  random: () => Math.random(),
  uuid: () => randomUUID(),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};

module.exports = { connector: new Connector(definitions, io), io, types: definitions.types };
