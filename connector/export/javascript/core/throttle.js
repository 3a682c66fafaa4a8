'use strict';
// Never more than N calls of one connection in any period, and all N of them when wanted.
//
// A bucket has N slots; each is free again one period, plus a safety margin, after the call that used it left. A caller
// reserves the slot that is free first and waits until it is; a 429 pauses the whole bucket. What counts is when a call
// leaves, so who waits looks again at the call before it: one that left late moves those behind it, one that was
// cancelled lets them move up.

const { ThrottledError } = require('./errors');
const { sleep } = require('./sleep');

const LEAST_MARGIN = 0.05; // Seconds.
const LONGEST_NAP = 1; // Seconds. Who sleeps longer would not see that it may move up.
const MOMENT = 1e-6; // Seconds. A clock that counts from far back cannot tell less.

class Bucket {
  constructor(calls, period) {
    this.period = period;
    // Waking up and the way to the service are never exact.
    this.margin = Math.max(LEAST_MARGIN, period / 240);
    this.span = period + this.margin;
    this.slots = new Array(calls).fill(null); // The last use of each slot.
    this.pausedUntil = -Infinity;
  }

  // The place of the slot that is free first.
  first() {
    let best = 0;
    for (let place = 1; place < this.slots.length; place += 1) {
      if (this.freeAt(place) < this.freeAt(best)) best = place;
    }
    return best;
  }

  freeAt(place) {
    const use = this.slots[place];
    return use === null ? -Infinity : use.token.at + this.span;
  }
}

// One slot in the hands of one token; `previous` is who used the slot before.
class Use {
  constructor(token, bucket) {
    this.token = token;
    this.bucket = bucket;
    this.place = bucket.first();
    this.previous = bucket.slots[this.place];
    this.next = null;
    if (this.previous) this.previous.next = this;
    bucket.slots[this.place] = this;
  }

  due(now) {
    const { previous, bucket } = this;
    if (!previous) return -Infinity;
    return previous.token.hasLeft ? previous.token.at + bucket.span : Math.max(previous.token.at, now) + bucket.span;
  }

  undo() {
    if (this.next) this.next.previous = this.previous;
    else this.bucket.slots[this.place] = this.previous;
    if (this.previous) this.previous.next = this.next;
  }
}

class Throttle {
  constructor() {
    this.buckets = new Map();
  }

  // The bucket of that name and limit; the same one every time.
  bucket(name, { calls, renewalPeriod }) {
    const key = JSON.stringify([name, calls, renewalPeriod]);
    if (!this.buckets.has(key)) this.buckets.set(key, new Bucket(calls, renewalPeriod));
    return this.buckets.get(key);
  }

  // Take a slot of every bucket: a token whose call may leave at `at`. Throws, and takes nothing, when that is more
  // than `maxWait` seconds away.
  reserve(buckets, now, maxWait) {
    const paused = Math.max(...buckets.map((bucket) => bucket.pausedUntil));
    const free = Math.max(now, ...buckets.map((bucket) => bucket.freeAt(bucket.first())));
    const at = Math.max(free, paused);
    if (at - now > maxWait) throw tooLong(at - now, maxWait);
    const token = { at, reserved: now, hasLeft: false, isExact: false, isPaused: paused > free, margin: Math.min(...buckets.map((one) => one.margin)) };
    token.uses = buckets.map((bucket) => new Use(token, bucket));
    return token;
  }

  // Seconds until the token's call may leave, as things are now; negative once that has passed.
  remaining(token, now) {
    const due = Math.max(token.reserved, ...token.uses.flatMap((use) => [use.due(now), use.bucket.pausedUntil]));
    token.at = Math.max(now, due);
    return due - now;
  }

  // The call leaves now: from now on its slots count. isExact: the host says so, because the first byte is on its way.
  leave(token, now, isExact = false) {
    token.at = now;
    token.hasLeft = true;
    token.isExact = isExact;
    // Only the last use before this one matters, should the call turn out not to have been made.
    for (const { previous } of token.uses) if (previous) previous.previous = null;
  }

  // Give the token of a call that was not made back.
  release(token) {
    for (const use of token.uses) use.undo();
  }

  // The call arrived at the service between leaving and now; where nobody knows when, the later time is the safe one.
  arrived(token, now) {
    if (!token.isExact && now - token.at > token.margin) token.at = now;
  }

  // Let nobody call for that many seconds: the service said so.
  pause(bucket, now, seconds) {
    bucket.pausedUntil = Math.max(bucket.pausedUntil, now + seconds);
  }

  // Take a token from every bucket and wait for its time, `maxWait` seconds at most. It has left when this returns.
  async acquire(io, buckets, maxWait, { signal, onWait = () => {} } = {}) {
    const deadline = io.now() + maxWait;
    const token = this.reserve(buckets, io.now(), maxWait);
    try {
      await this.wait(io, token, deadline, signal, onWait);
    } catch (error) {
      this.release(token);
      throw error;
    }
    this.leave(token, io.now());
    return token;
  }

  async wait(io, token, deadline, signal, onWait) {
    let reported = 0;
    // Everybody who waits for the end of one pause would call at the same moment.
    const draw = () => (io.random() * token.margin) / 2;
    let spread = token.isPaused ? draw() : 0;
    for (;;) {
      if (signal?.aborted) throw new ThrottledError('The run was cancelled while it waited for the call limit.');
      const left = this.remaining(token, io.now());
      if (left + spread < MOMENT) return;
      if (io.now() + left > deadline + token.margin) throw tooLong(left, Math.max(0, deadline - io.now()));
      if (left > reported) {
        onWait('waiting for the call limit', left);
        // Who has more to wait for than before is held by a pause that began meanwhile.
        if (reported > 0) spread = draw();
        reported = left;
      }
      await sleep(io, Math.min(left + spread, LONGEST_NAP), signal);
    }
  }
}

const tooLong = (wait, maxWait) =>
  new ThrottledError(
    `The call limit is used up: the next call is possible in ${wait.toFixed(1)} seconds, ` +
      `longer than the maximum wait of ${Number(maxWait.toPrecision(6))} seconds.`,
    { wait, hint: 'Run it later, or allow a longer wait.' },
  );

module.exports = { Throttle };
