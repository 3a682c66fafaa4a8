'use strict';
// Waiting in the host's own way; a run that is given up wakes early, whether the host resolves or rejects then.

async function sleep(io, seconds, signal) {
  try {
    await io.sleep(seconds, signal);
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

module.exports = { sleep };
