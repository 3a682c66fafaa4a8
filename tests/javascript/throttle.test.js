'use strict';
// Many callers at once: never more than the limit in any period, first come, first served, nobody's place lost.

const assert = require('node:assert/strict');
const test = require('node:test');
const { Throttle } = require('../../connector/export/javascript/core');
const { mostInAWindow, virtualIo } = require('./virtual_time');

const HUNDRED = { calls: 100, renewalPeriod: 60 };
const EXACT = { calls: 1, renewalPeriod: 240 }; // A margin of exactly one second.

function bucketOf(limit) {
  const throttle = new Throttle();
  return { throttle, buckets: [throttle.bucket('a', limit)] };
}

async function leave({ throttle, buckets }, io, maxWait = 1e9, options = {}) {
  await throttle.acquire(io, buckets, maxWait, options);
  return io.time;
}

test('250 callers at once use all of the limit, and never more', async () => {
  const io = virtualIo();
  const limited = bucketOf(HUNDRED);
  const times = await io.until(Promise.all(Array.from({ length: 250 }, () => leave(limited, io))));
  assert.deepEqual([times.filter((time) => time === 0).length, mostInAWindow(times, 60)], [100, 100]);
  assert.ok(Math.max(...times) < 121);
  assert.deepEqual(times, [...times].sort((one, other) => one - other));
});

test('callers that wake late keep the limit', async () => {
  let step = 0;
  const io = virtualIo({ wakeLate: () => ((step += 1) * 37) % 11 / 10 });
  const limited = bucketOf({ calls: 5, renewalPeriod: 10 });
  const times = await io.until(Promise.all(Array.from({ length: 60 }, () => leave(limited, io))));
  assert.equal(mostInAWindow(times, 10), 5);
});

test('a call counts from when its first byte leaves, where the host says when', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 2, renewalPeriod: 10 });
  const times = [];
  const call = async () => {
    const permit = await throttle.acquire(io, buckets, 1e9);
    await io.sleep(io.time === 0 ? 3 : 0); // The first connections take long to make.
    await permit.departing();
    times.push(io.time);
    await io.sleep(2); // A slow response changes nothing then.
    permit.arrived();
  };
  await io.until(Promise.all([call(), call(), call(), call()]));
  assert.deepEqual(times.map((time) => Number(time.toFixed(2))), [3, 3, 13.05, 13.05]);
});

test('a call that could not be made in a whole period takes another token, and waits for it where none is free', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
  const slow = await throttle.acquire(io, buckets, 100);
  io.time = 11;
  await throttle.acquire(io, buckets, 0);
  assert.equal(Number((await io.until(slow.departing())).toFixed(2)), 10.05);
  assert.equal(Number(io.time.toFixed(2)), 21.05);
  assert.equal(Number(slow.waited.toFixed(2)), 10.05);
});

test('a call counts from its response, where nobody knows when it left', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
  const permit = await throttle.acquire(io, buckets, 1e9);
  io.time = 4;
  permit.arrived();
  permit.release(); // Nothing can be given back then.
  assert.equal(Number((await io.until(leave({ throttle, buckets }, io))).toFixed(2)), 14.05);
});

test('a response within the margin does not cost anything', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
  const permit = await throttle.acquire(io, buckets, 1e9);
  io.time = 0.04;
  permit.arrived();
  assert.equal(Number((await io.until(leave({ throttle, buckets }, io))).toFixed(2)), 10.05);
});

test('those whom a pause holds come back spread, also where it began while they waited, and others do not', async () => {
  for (const [before, during, end] of [[100, 0, 100], [0, 100, 100], [0, 0, 10.05]]) {
    const waits = [];
    for (let number = 0; number < 5; number += 1) {
      const io = virtualIo({ random: () => number / 5 });
      const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
      await throttle.acquire(io, buckets, 0);
      throttle.pause(buckets[0], 0, before);
      const waiting = throttle.acquire(io, buckets, 1e9);
      throttle.pause(buckets[0], 0, during);
      waits.push(Number((await io.until(waiting)).waited.toFixed(4)));
    }
    assert.deepEqual(waits, [0, 1, 2, 3, 4].map((number) => Number((end + (end === 100 ? number * 0.005 : 0)).toFixed(4))));
  }
});

test('a pause is as long as the longest that was asked for, and is reported as the wait it makes', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 2, renewalPeriod: 10 });
  throttle.pause(buckets[0], 0, 30);
  throttle.pause(buckets[0], 0, 5);
  const error = await throttle.acquire(io, buckets, 29).catch((caught) => caught);
  assert.deepEqual([error.code, error.wait], ['throttled', 30]);
  const waits = [];
  const permit = await io.until(throttle.acquire(io, buckets, 30, { onWait: (why, seconds) => waits.push([why, seconds]) }));
  assert.deepEqual([permit.waited, waits], [30, [['waiting for the call limit', 30]]]);
});

test('a caller that comes too late for every place is told so', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 1 });
  await throttle.acquire(io, buckets, 0);
  let tries = 0;
  io.sleep = async (seconds) => {
    tries += 1;
    io.time += seconds + 2;
    throttle.reserve(buckets, io.time, 0); // Somebody else was there in time.
  };
  const error = await throttle.acquire(io, buckets, 100).catch((caught) => caught);
  assert.deepEqual([error.code, error.message, error.hint], ['throttled', 'This machine is too busy to keep to the call limit.', 'Run it later.']);
  assert.equal(tries, 5);
});

test('a response counts from its departure up to the margin, and from itself after it', async () => {
  for (const [seconds, next] of [[0.5, 341], [1, 341], [1.25, 342.25]]) {
    const io = virtualIo();
    io.time = 100;
    const { throttle, buckets } = bucketOf(EXACT);
    const permit = await throttle.acquire(io, buckets, 0);
    io.time += seconds;
    permit.arrived();
    assert.equal(await io.until(leave({ throttle, buckets }, io)), next);
  }
});

test('one that wakes late counts from its time, also where it then leaves late', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf(EXACT);
  await throttle.acquire(io, buckets, 0);
  io.sleep = async (seconds) => {
    io.time += seconds + 0.25;
  };
  const permit = await throttle.acquire(io, buckets, 1000);
  const woken = io.time;
  io.time = 241.6;
  throttle.pause(buckets[0], io.time, 30);
  const waited = await permit.departing();
  assert.deepEqual([woken, io.time > 271, permit.waited > 271], [241.25, true, true]);
  assert.ok(waited >= 30 && waited < 32, `${waited}`); // Of this wait alone, not of that before it.
});

test('a wait before departure is only as long as what is left of the longest wait', async () => {
  const waiting = virtualIo();
  const one = bucketOf(EXACT);
  await one.throttle.acquire(waiting, one.buckets, 0);
  const permit = await waiting.until(one.throttle.acquire(waiting, one.buckets, 300));
  waiting.time += 0.75;
  one.throttle.pause(one.buckets[0], waiting.time, 100);
  const error = await permit.departing().catch((caught) => caught);
  assert.deepEqual([error.code, error.wait], ['throttled', 100]);

  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ ...EXACT, calls: 2 });
  const late = await throttle.acquire(io, buckets, 0);
  for (io.time of [1, 241]) await throttle.acquire(io, buckets, 0);
  io.time = 241.5;
  await assert.rejects(late.departing(), { code: 'throttled', wait: 0.5 });
});

test('a pause that ends within the margin after the longest wait, or after the reported time, changes nothing', async () => {
  for (const [end, maxWait, reports] of [[242, 241, [241]], [242.25, 300, [241, 121.75]], [301, 300, [241, 180.5]], [301.5, 300, null]]) {
    const io = virtualIo({ random: () => 0 });
    const { throttle, buckets } = bucketOf(EXACT);
    await throttle.acquire(io, buckets, 0);
    const reported = [];
    const waiting = throttle.acquire(io, buckets, maxWait, { onWait: (why, seconds) => reported.push(seconds) });
    throttle.pause(buckets[0], 0, end);
    const left = await io.until(waiting.then(() => io.time, ({ code }) => code));
    assert.equal(left, reports ? end : 'throttled');
    if (reports) assert.deepEqual(reported, reports);
  }
});

test('one whose time ran out while it slept is told so', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf(EXACT);
  await throttle.acquire(io, buckets, 0);
  io.sleep = async (seconds) => {
    io.time += seconds;
    if (io.time < 241) return;
    io.time += 1.5;
    throttle.pause(buckets[0], io.time, 50);
  };
  await assert.rejects(throttle.acquire(io, buckets, 241), { wait: 50, message: /possible in 50\.0 seconds, longer than the maximum wait of 0 seconds/ });
});

test('who waits long looks again half-way, and at the end not more often than every two seconds', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf(EXACT);
  const naps = [];
  const { sleep } = io;
  io.sleep = (seconds, signal) => {
    naps.push(seconds);
    return sleep(seconds, signal);
  };
  throttle.pause(buckets[0], 0, 10);
  await io.until(throttle.acquire(io, buckets, 60));
  assert.deepEqual(naps, [5, 2.5, 2, 0.5]);
});

test('one wait for several limits lasts as long as the longest of them, spread if that is a pause', async () => {
  const io = virtualIo({ random: () => 0.5 });
  io.time = 100;
  const throttle = new Throttle();
  const buckets = [240, 480, 24].map((renewalPeriod, place) => throttle.bucket(`${place}`, { calls: 1, renewalPeriod }));
  await throttle.acquire(io, buckets, 0);
  await io.until(throttle.acquire(io, buckets, 1000));
  assert.equal(io.time, 582);
  const [paused, , plain] = buckets;
  io.time = 1000;
  await throttle.acquire(io, [plain], 0);
  throttle.pause(paused, io.time, 24.1);
  await io.until(throttle.acquire(io, [paused, plain], 100));
  assert.equal(Number(io.time.toFixed(3)), 1024.125);
});

test('a run ends its wait at its deadline', async () => {
  const io = virtualIo();
  io.time = 100;
  const limited = bucketOf(EXACT);
  await leave(limited, io);
  const error = await leave(limited, io, 1000, { deadline: 105 }).catch((caught) => caught);
  assert.deepEqual([error.code, error.wait], ['throttled', 241]);
});

test('200 cancelled callers leave no trace', async () => {
  const io = virtualIo();
  const limited = bucketOf({ calls: 20, renewalPeriod: 10 });
  await Promise.all(Array.from({ length: 20 }, () => leave(limited, io)));
  const stop = new AbortController();
  const cancelled = Array.from({ length: 200 }, () => leave(limited, io, 1e9, { signal: stop.signal }));
  stop.abort();
  const ends = await io.until(Promise.allSettled(cancelled));
  assert.deepEqual([...new Set(ends.map((end) => end.reason.code))], ['throttled']);
  assert.equal(Number((await io.until(leave(limited, io))).toFixed(2)), 10.05);
});

test('who waits behind a cancelled caller moves up', async () => {
  const io = virtualIo();
  const limited = bucketOf({ calls: 1, renewalPeriod: 10 });
  await leave(limited, io);
  const stop = new AbortController();
  const middle = leave(limited, io, 1e9, { signal: stop.signal });
  const last = leave(limited, io);
  middle.catch(() => stop.abort());
  stop.abort();
  assert.equal(Number((await io.until(last)).toFixed(2)), 10.05);
});

test('a pause that begins meanwhile holds those who wait, and refuses those who may not wait so long', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
  await throttle.acquire(io, buckets, 0);
  const patient = leave({ throttle, buckets }, io, 100);
  const hurried = leave({ throttle, buckets }, io, 25);
  throttle.pause(buckets[0], io.time, 40);
  const [first, second] = await io.until(Promise.allSettled([patient, hurried]));
  assert.equal(Number(first.value.toFixed(1)), 40);
  assert.equal(second.reason.code, 'throttled');
  assert.match(second.reason.message, /possible in 40\.0 seconds, longer than the maximum wait of 14\.95 seconds\./);
});

test('waits are reported once each, and again when they become longer', async () => {
  const io = virtualIo();
  const { throttle, buckets } = bucketOf({ calls: 1, renewalPeriod: 10 });
  await throttle.acquire(io, buckets, 0);
  const reported = [];
  const waiting = leave({ throttle, buckets }, io, 100, { onWait: (reason, seconds) => reported.push(Number(seconds.toFixed(2))) });
  throttle.pause(buckets[0], io.time, 40);
  await io.until(waiting);
  assert.deepEqual(reported, [10.05, 34.98]); // It looks again half-way.
});

test('one name and limit is one bucket, another name or limit another', () => {
  const throttle = new Throttle();
  assert.equal(throttle.bucket('a', HUNDRED), throttle.bucket('a', { ...HUNDRED }));
  assert.notEqual(throttle.bucket('a', HUNDRED), throttle.bucket('b', HUNDRED));
  assert.notEqual(throttle.bucket('a', HUNDRED), throttle.bucket('a', { calls: 1, renewalPeriod: 60 }));
});
