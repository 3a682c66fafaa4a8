'use strict';
// Never more than N calls of one connection in any period, and all N of them when wanted.
//
// Each token returns one period, plus a guard, after it was taken: the k-th call is granted at
// max(now, t(k - N) + period + guard, floor), and a 429 raises the floor. Taking a token only reserves a time.

const { setTimeout: sleep } = require('node:timers/promises');
const { ActionError } = require('./errors');

const TRIES = 5; // How often a caller that woke too late reserves again.
const LONGEST_SLEEP = 2_000_000; // Seconds; timers take no more than 2^31 milliseconds.

class Ring {
  constructor({ calls, renewalPeriod }) {
    this.calls = calls;
    // Waking up and the way to the service are never exact.
    this.guard = Math.max(0.02, renewalPeriod / 240);
    this.span = renewalPeriod + this.guard;
    this.times = new Array(calls).fill(-Infinity);
    this.sequence = 0;
    this.floor = -Infinity;
  }

  next() {
    return Math.max(this.times[this.sequence % this.calls] + this.span, this.floor);
  }

  grant(at) {
    const place = this.sequence % this.calls;
    const older = this.times[place];
    this.times[place] = at;
    this.sequence += 1;
    return { mark: this.sequence, older };
  }

  // Give a grant back, if no other came after it; otherwise it stays spent, which is safe.
  undo({ mark, older }) {
    if (this.sequence !== mark) return;
    this.sequence -= 1;
    this.times[this.sequence % this.calls] = older;
  }
}

// The clock and the sleep are passed in, so that tests need not wait.
const machine = {
  now: () => performance.now() / 1000,
  sleep: (seconds, signal) => sleep(Math.max(0, Math.min(seconds, LONGEST_SLEEP)) * 1000, undefined, { signal }),
};

class Throttle {
  constructor(clock = machine) {
    this.clock = clock;
    this.rings = new Map();
  }

  ring(name, limit) {
    const key = JSON.stringify([name, limit.calls, limit.renewalPeriod]);
    if (!this.rings.has(key)) this.rings.set(key, new Ring(limit));
    return this.rings.get(key);
  }

  // Take a token from every ring and wait for its time, at most `maxWait` seconds; the seconds waited.
  async acquire(rings, maxWait, signal, tell = () => {}) {
    const started = this.clock.now();
    const guard = Math.min(...rings.map((ring) => ring.guard));
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = this.clock.now();
      const at = Math.max(before, ...rings.map((ring) => ring.next()));
      const deadline = started + maxWait;
      if (at > deadline) throw tooLong(at - before, maxWait);
      const grants = rings.map((ring) => ring.grant(at));
      try {
        await this.wait(rings, at, deadline + guard, signal, tell);
      } catch (error) {
        rings.forEach((ring, place) => ring.undo(grants[place]));
        throw error;
      }
      if (this.clock.now() - at <= guard) return this.clock.now() - started;
      // Woken too late, or held by a pause: a call now could crowd the next window.
    }
    throw new ActionError('throttled', 'This machine is too busy to keep to the call limit.', { retryable: true });
  }

  async wait(rings, at, deadline, signal, tell) {
    let told = 0;
    for (;;) {
      const now = this.clock.now();
      const left = Math.max(at, ...rings.map((ring) => ring.floor)) - now;
      if (left <= 0) return;
      if (now + left > deadline) throw tooLong(left, Math.max(0, deadline - now));
      if (left > told) tell(left);
      told = Math.max(told, left);
      await this.clock.sleep(left, signal);
    }
  }

  // Let nobody call for that many seconds: the service said so.
  pause(ring, seconds) {
    ring.floor = Math.max(ring.floor, this.clock.now() + seconds);
  }
}

const tooLong = (wait, maxWait) =>
  new ActionError(
    'throttled',
    `The call limit is used up: the next call is possible in ${wait.toFixed(1)} seconds, ` +
      `longer than the maximum wait of ${Number(maxWait.toFixed(1))} seconds.`,
    { wait, retryable: true, hint: 'Run it later.' },
  );

module.exports = { Throttle, machine };
