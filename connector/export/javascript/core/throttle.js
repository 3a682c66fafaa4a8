'use strict';
// The call limit: never more than N calls of a connection in any period, and all N of them when wanted.
//
// A bucket holds N tokens, and each returns one period, plus a safety margin, after the call that took it left. Its
// state is the ring of its last N call times, the calls that wait in line, and the end of the pause that a 429 asked
// for. A call is entered in the ring when it leaves, so one that gives its place up was never there, and all behind it
// move forward. The rule is that of the Python runtime; the throttle vectors hold both to it.

const { ThrottledError } = require('./errors');
const { sleep } = require('./sleep');

const LEAST_MARGIN = 0.05; // Seconds.
const LEASE = 1; // Seconds past its time, and the margin, for which a waiting call keeps its place.
const LEAST_CHECK = 2; // Seconds. Who has longer to wait looks again half-way, and moves forward where others left.
const TRIES = 5; // How often a caller that came too late for its place takes another.
const LOST = -Infinity; // Instead of the seconds still to wait: the place is gone.

class Bucket {
  constructor(calls, period) {
    this.calls = calls;
    // Waking up and the way to the service are never exact.
    this.margin = Math.max(LEAST_MARGIN, period / 240);
    this.paddedPeriod = period + this.margin;
    this.times = new Array(calls).fill(-Infinity); // When each of the last N calls left.
    this.oldest = 0;
    this.pausedUntil = -Infinity;
    this.waiting = new Map(); // The reservations in line, first come first; each with the time that it was last given.
  }

  // When a call may leave that has `ahead` others before it; in the past where it may leave now.
  readyAt(ahead, now) {
    const rounds = Math.floor(ahead / this.calls);
    const at = Math.max(this.times[(this.oldest + (ahead % this.calls)) % this.calls] + this.paddedPeriod, this.pausedUntil);
    return rounds ? Math.max(at, now) + rounds * this.paddedPeriod : at;
  }

  // How many calls wait; those whose owner has not come for them lose their place.
  inLine(now) {
    for (const [reservation, at] of this.waiting) if (at + LEASE + this.margin < now) this.waiting.delete(reservation);
    return this.waiting.size;
  }

  // How many calls wait before this one; null where it is not in line, or no longer.
  placeOf(reservation, now) {
    this.inLine(now);
    const place = [...this.waiting.keys()].indexOf(reservation);
    return place < 0 ? null : place;
  }

  // Enter a call that leaves at that time.
  grant(at) {
    this.times[this.oldest] = at;
    this.oldest = (this.oldest + 1) % this.calls;
  }

  // When the last call left.
  newest() {
    return this.times[(this.oldest + this.calls - 1) % this.calls];
  }

  // Take a call back that was to leave at that time and did not, if it is there.
  remove(at) {
    const ordered = [...this.times.slice(this.oldest), ...this.times.slice(0, this.oldest)];
    const place = ordered.indexOf(at);
    if (place < 0) return;
    ordered.splice(place, 1);
    this.times = [-Infinity, ...ordered];
    this.oldest = 0;
  }

  // Whether a call that was entered at `at` and has not left may leave now instead.
  canMove(at, now) {
    return now - at < this.paddedPeriod && now >= this.pausedUntil && this.times.includes(at);
  }

  // Count a call from now that was entered at `at`, or before all that are known; the time by which it is entered.
  move(at, now) {
    this.remove(at);
    this.grant(Math.max(now, this.newest()));
    return this.newest();
  }
}

// The buckets of a process. Every method looks and changes in one step, at the time `now`; only a permit waits.
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

  // Take a token from every bucket, or a place in every line: `wait` seconds until the call may leave, 0 for now.
  // Throws, and takes nothing, when that is more than `maxWait`.
  reserve(buckets, now, maxWait) {
    const { wait, isPaused } = waitFor(buckets, buckets.map((bucket) => bucket.inLine(now)), now);
    if (wait <= 0) {
      for (const bucket of buckets) bucket.grant(now);
      return { wait: 0, since: now, times: buckets.map(() => now) };
    }
    if (wait > maxWait) throw throttledError(wait, maxWait);
    const reservation = { wait, isPaused, times: [] };
    for (const bucket of buckets) bucket.waiting.set(reservation, now + wait);
    return reservation;
  }

  // Let a waiting call leave if its time has come: 0, else the seconds still to wait, or LOST.
  claim(buckets, reservation, now) {
    const places = buckets.map((bucket) => bucket.placeOf(reservation, now));
    if (places.includes(null)) {
      this.release(buckets, reservation);
      return LOST;
    }
    const { wait } = waitFor(buckets, places, now);
    if (wait > 0) {
      for (const bucket of buckets) bucket.waiting.set(reservation, now + wait);
      return wait;
    }
    // One that wakes a little late counts from its due time, or every period would lose what waking costs.
    const late = Math.min(-wait, marginOf(buckets) / 4);
    reservation.times = buckets.map((bucket) => {
      bucket.waiting.delete(reservation);
      bucket.grant(Math.max(now - late, bucket.newest()));
      return bucket.newest();
    });
    reservation.since = now - late;
    return 0;
  }

  // Count a granted call from now, because it leaves later than it was granted; whether it may leave now.
  depart(buckets, reservation, now) {
    if (reservation.times.length < buckets.length) return false;
    if (!buckets.every((bucket, place) => bucket.canMove(reservation.times[place], now))) return false;
    this.stamp(buckets, reservation, now);
    return true;
  }

  // Count a call from now that has left at some time until now.
  stamp(buckets, reservation, now) {
    reservation.times = buckets.map((bucket, place) => bucket.move(reservation.times[place], now));
    reservation.since = now;
  }

  // Give a reservation back whose call was not made, waiting or granted; everybody behind moves forward.
  release(buckets, reservation) {
    buckets.forEach((bucket, place) => {
      bucket.waiting.delete(reservation);
      if (reservation.times.length) bucket.remove(reservation.times[place]);
    });
    reservation.times = [];
  }

  // Let nobody call for that many seconds: the service asked for it.
  pause(bucket, now, seconds) {
    bucket.pausedUntil = Math.max(bucket.pausedUntil, now + seconds);
  }

  // Take a token from every bucket, and wait until the call may be made, `maxWait` seconds at most.
  async acquire(io, buckets, maxWait, options = {}) {
    const reservation = this.reserve(buckets, io.now(), maxWait);
    const permit = new Permit(this, io, buckets, maxWait, options);
    await permit.take(reservation);
    return permit;
  }
}

// A call that may leave. Whoever sends it calls `departing` when the connection is established and directly before the first
// byte is written; where that moment is unknown, the call counts from `arrived` if it took long.
class Permit {
  constructor(throttle, io, buckets, maxWait, { signal, onWait = () => {}, deadline = Infinity }) {
    Object.assign(this, { throttle, io, buckets, maxWait, signal, onWait, deadline });
    this.margin = marginOf(buckets);
    this.hasDeparted = false;
    this.waited = 0; // Seconds, in `acquire` and in `departing`.
  }

  // Wait, if need be, until the call may really leave; the seconds waited here, nearly always 0.
  async departing() {
    const before = this.waited;
    const isLate = () => this.io.now() - this.reservation.since > this.margin / 2;
    while (isLate() && !this.throttle.depart(this.buckets, this.reservation, this.io.now())) {
      this.release();
      await this.take();
    }
    this.hasDeparted = true;
    return this.waited - before;
  }

  // Count the call from now if the way to here took long: it left at some time since `departing`.
  sent() {
    const now = this.io.now();
    if (now - this.reservation.since > this.margin / 2) this.throttle.stamp(this.buckets, this.reservation, now);
  }

  // The response is here, or the call failed on its way: where nobody knows when it left, the later time is the safe one.
  arrived() {
    const now = this.io.now();
    if (!this.hasDeparted && now - this.reservation.since > this.margin) this.throttle.stamp(this.buckets, this.reservation, now);
    this.hasDeparted = true;
  }

  // Give the token back, because the call was not made. Does nothing once it has departed.
  release() {
    if (!this.hasDeparted) this.throttle.release(this.buckets, this.reservation);
  }

  // Wait for a token that was reserved, or for one that is reserved now.
  async take(reserved) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const now = this.io.now();
      const left = Math.min(this.maxWait - this.waited, this.deadline - now);
      this.reservation = (tries === 0 && reserved) || this.throttle.reserve(this.buckets, now, Math.max(0, left));
      if (this.reservation.wait <= 0 && !this.signal?.aborted) return;
      try {
        if (await this.wait(now + left)) return;
      } catch (error) {
        this.release();
        throw error;
      } finally {
        this.waited += this.io.now() - now;
      }
    }
    throw new ThrottledError('This machine is too busy to keep to the call limit.', { hint: 'Run it later.' });
  }

  // Sleep until the time has come and no pause holds; whether the place was kept until then.
  async wait(until) {
    let left = this.reservation.wait;
    let isPaused = this.reservation.isPaused;
    let expected = -Infinity;
    for (;;) {
      if (this.signal?.aborted) throw new ThrottledError('The run was cancelled while it waited for the call limit.');
      const now = this.io.now();
      if (now + left > until + this.margin) throw throttledError(left, Math.max(0, until - now));
      if (now + left > expected + this.margin) {
        // Whoever has longer to wait than before is held by a pause that began meanwhile.
        isPaused = this.reservation.isPaused || expected > -Infinity;
        expected = now + left;
        this.onWait('waiting for the call limit', left);
      }
      let nap = Math.min(left, Math.max(left / 2, LEAST_CHECK));
      // Everybody who waits for the end of one pause would call at the same moment.
      if (isPaused && nap === left) nap += (this.io.random() * this.margin) / 2;
      await sleep(this.io, nap, this.signal);
      if (this.signal?.aborted) continue;
      left = this.throttle.claim(this.buckets, this.reservation, this.io.now());
      if (left <= 0) return left === 0;
    }
  }
}

// Seconds until a call may leave that has so many others before it in each bucket, and whether a pause decides.
function waitFor(buckets, places, now) {
  return buckets.reduce(
    (longest, bucket, place) => {
      const due = bucket.readyAt(places[place], now);
      return due - now > longest.wait ? { wait: due - now, isPaused: due === bucket.pausedUntil } : longest;
    },
    { wait: -Infinity },
  );
}

// Seconds by which a call may be late without harm to any of the limits.
const marginOf = (buckets) => Math.min(...buckets.map((bucket) => bucket.margin));

const throttledError = (wait, maxWait) =>
  new ThrottledError(
    `The call limit is used up: the next call is possible in ${(Math.round(wait * 10) / 10).toFixed(1)} seconds, ` +
      `longer than the maximum wait of ${Math.round(maxWait * 1000) / 1000} seconds.`,
    { wait, hint: 'Run it later, or allow a longer wait.' },
  );

module.exports = { Throttle };
