'use strict';
// White space around and inside texts that people paste: what is white space in Python or in JavaScript is so here.

const BLANK = /[\s\u001c-\u001f\u0085]/;
const BLANKS = new RegExp(`${BLANK.source}+`);

// The text without the blanks at its ends, in a time that grows with its length alone.
function stripped(text, blank = BLANK) {
  let [from, to] = [0, text.length];
  while (from < to && blank.test(text[from])) from += 1;
  while (from < to && blank.test(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

module.exports = { BLANKS, stripped };
