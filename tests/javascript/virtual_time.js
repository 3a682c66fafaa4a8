'use strict';
// Time for many at once: it stands still while somebody can go on, and then moves to the next who wakes.

const { createHash } = require('node:crypto');

function virtualIo({ send, random = () => 0, wakeLate = () => 0 } = {}) {
  const sleepers = [];
  const io = {
    time: 0,
    now: () => io.time,
    wall: () => Date.UTC(2026, 0, 31) + io.time * 1000,
    random,
    uuid: () => 'made-key',
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    send,
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        sleepers.push({ at: io.time + seconds + wakeLate(), resolve });
        signal?.addEventListener('abort', resolve);
      }),
    // Let time pass until the promise is settled; its value.
    async until(promise) {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      promise.then(settle, settle);
      for (;;) {
        await new Promise(setImmediate);
        if (isSettled) return promise;
        sleepers.sort((one, other) => one.at - other.at);
        const next = sleepers.shift();
        if (next === undefined) throw new Error('Nobody will ever wake.');
        io.time = Math.max(io.time, next.at);
        next.resolve();
      }
    },
  };
  return io;
}

// The most calls in any window of so many seconds.
function mostInAWindow(times, seconds) {
  const sorted = [...times].sort((one, other) => one - other);
  return Math.max(...sorted.map((start) => sorted.filter((time) => time >= start && time < start + seconds).length));
}

module.exports = { mostInAWindow, virtualIo };
