// Time for the n8n package: it stands still while somebody can go on, and then moves to the next who waits. Importing this
// puts it in place of the process's own.

import { getEventListeners } from 'node:events';

const waiting = [];
const signals = [];
let now = 1_000_000;

export const sleep = (milliseconds) => new Promise((resolve) => waiting.push({ at: now + milliseconds, resolve }));

performance.now = () => now;
AbortSignal.timeout = (milliseconds) => {
  if (!Number.isInteger(milliseconds) || milliseconds < 0) throw new RangeError(`A signal cannot wait for ${milliseconds} ms.`);
  const controller = new AbortController();
  sleep(milliseconds).then(() => controller.abort());
  signals.push(controller.signal);
  return controller.signal;
};

// Whether anybody still listens to a signal of this process's time.
export const isHeard = () => signals.some((signal) => getEventListeners(signal, 'abort').length > 0);

// Milliseconds since a moment, without what is lost in sums of fractions.
export const since = (moment) => Math.round((now - moment) * 1e6) / 1e6;

// Let everybody who can go on do so.
export async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

// Let so many milliseconds pass.
export async function pass(milliseconds) {
  const end = now + milliseconds;
  for (;;) {
    await settled();
    waiting.sort((one, other) => one.at - other.at);
    if (!waiting.length || waiting[0].at > end) break;
    const next = waiting.shift();
    now = Math.max(now, next.at);
    next.resolve();
  }
  now = end;
}

// Let time pass until the promise is settled; its value.
export async function until(promise) {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (;;) {
    await settled();
    if (isSettled) return promise;
    if (!waiting.length) throw new Error('Nobody will ever wake.');
    await pass(Math.max(0, Math.min(...waiting.map(({ at }) => at)) - now));
  }
}
