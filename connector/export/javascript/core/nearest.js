'use strict';
// “Did you mean”: the name most like a mistyped one, by the measure of Python's difflib.

const CUTOFF = 0.6;

const fold = (text) => text.toLowerCase().replaceAll('-', '_');

// The names that are like `name`, the nearest first, without regard to case.
function nearest(name, names) {
  const word = [...fold(name)];
  const byFold = new Map([...names].reverse().map((other) => [fold(other), other]));
  return [...byFold.keys()].sort().reverse()
    .map((folded) => ({ other: byFold.get(folded), score: ratio([...folded], word) }))
    .filter(({ score }) => score >= CUTOFF)
    .sort((one, two) => two.score - one.score)
    .map(({ other }) => other);
}

// Twice the characters in matching blocks over all characters (Ratcliff and Obershelp).
const ratio = (one, two) => (2 * matching(one, 0, one.length, two, 0, two.length)) / (one.length + two.length);

function matching(one, from, to, two, begin, end) {
  const [at, place, size] = longest(one, from, to, two, begin, end);
  if (size === 0) return 0;
  const before = matching(one, from, at, two, begin, place);
  return before + size + matching(one, at + size, to, two, place + size, end);
}

// The longest block that both have; of several the one that begins first in `one`, then in `two`.
function longest(one, from, to, two, begin, end) {
  let best = [from, begin, 0];
  let row = new Map();
  for (let at = from; at < to; at += 1) {
    const next = new Map();
    for (let place = begin; place < end; place += 1) {
      if (one[at] !== two[place]) continue;
      const size = (row.get(place - 1) || 0) + 1;
      next.set(place, size);
      if (size > best[2]) best = [at - size + 1, place - size + 1, size];
    }
    row = next;
  }
  return best;
}

module.exports = { nearest };
