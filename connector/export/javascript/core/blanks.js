'use strict';
// White space around and inside texts that people paste: what is white space in Python or in JavaScript is so here.

const BLANKS = /[\s\u001c-\u001f\u0085]+/;
const ENDS = /^[\s\u001c-\u001f\u0085]+|[\s\u001c-\u001f\u0085]+$/g;

// The text without the white space and byte order marks at its ends.
const stripped = (text) => text.replace(ENDS, '');

module.exports = { BLANKS, stripped };
