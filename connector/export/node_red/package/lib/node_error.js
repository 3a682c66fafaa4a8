'use strict';
// An error of a run as the catch node shows it.

const { ConnectorError } = require('../core');

// The error for `done`: its text has every problem, `code` is the stable code, and `cause` all that is known.
// Of an error that is a defect of this package, its stack is what helps.
function nodeError(error) {
  if (!(error instanceof ConnectorError)) return error;
  const shown = new Error(error.text);
  // Node-RED copies these two into msg.error, and would log the stack in place of the text.
  Object.assign(shown, { code: error.code, cause: error.toDict() });
  delete shown.stack;
  shown.toString = () => error.text;
  return shown;
}

module.exports = { nodeError };
