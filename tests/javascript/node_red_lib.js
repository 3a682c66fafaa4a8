'use strict';
// The modules of the Node-RED package. In it, the runtime is beside `lib`.

const Module = require('node:module');
const path = require('node:path');

const CORE = path.join(__dirname, '../../connector/export/javascript/core');
const resolved = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => resolved.call(Module, name === '../core' ? CORE : name, ...rest);

const lib = (name) => require(`../../connector/export/node_red/package/lib/${name}`);

module.exports = { lib };
