'use strict';
// The public API of the runtime: what a host needs.

const { choicesOf } = require('./choices');
const { connect } = require('./connection');
const { Connector } = require('./connector');
const errors = require('./errors');
const { Throttle } = require('./throttle');
const { transportError, transportErrorOf } = require('./transport_error');

module.exports = { ...errors, Connector, Throttle, choicesOf, connect, transportError, transportErrorOf };
