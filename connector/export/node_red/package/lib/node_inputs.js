'use strict';
// The inputs and options of a run: what the node's fields say, and for empty fields what a property of the message has.

const { InputError } = require('../core');

const LONGEST_WAIT = 600; // Seconds to wait for the call limit, unless the node says otherwise: many messages come at once.

// total: seconds for a run without its wait for the call limit.
async function inputsOf(RED, node, config, action, msg, total) {
  const problems = [];
  const unreadable = (field, title, error) => {
    problems.push({ field, rule: 'type', message: `${title} cannot be read: ${error.message}`, hint: '' });
  };
  const value = async (name, title, field) => {
    if (!field || field.v === undefined || field.v === '') return undefined;
    try {
      const found = await evaluated(RED, node, field, msg);
      return found === null || found === '' ? undefined : found;
    } catch (error) {
      if (!isMissing(error, field.t)) unreadable(name, title, error);
      return undefined;
    }
  };
  let brought;
  try {
    if (config.source) brought = RED.util.getMessageProperty(msg, config.source);
  } catch (error) {
    if (!isMissing(error, 'msg')) unreadable('source', 'Values from', error);
  }
  const inputs = known(action, brought);
  for (const [name, field] of Object.entries(config.fields || {})) {
    const found = await value(name, action.inputs.properties[name]?.title || name, field);
    if (found === undefined) continue;
    for (const other of Object.keys(inputs)) if (action.names[other] === name) delete inputs[other];
    inputs[name] = found;
  }
  for (const [name, { 'x-file': isFile }] of Object.entries(action.inputs.properties)) {
    if (isFile && Buffer.isBuffer(inputs[name])) inputs[name] = { $content: inputs[name] };
  }
  const maxItems = action.pagination ? await value('max_items', 'Maximum rows', config.maxItems) : undefined;
  const maxWait = seconds(await value('max_wait', 'Longest wait', config.maxWait), problems) ?? LONGEST_WAIT;
  if (problems.length) throw new InputError(`${action.summary}: fields of the node cannot be read. Nothing was sent.`, problems);
  // The time for the calls themselves comes on top of the wait for the call limit.
  // A switch of another action that was chosen before may still be on, where nobody sees it.
  const pages = action.pagination ? { allPages: config.allPages === true, maxItems: maxItems === undefined ? undefined : Number(maxItems) } : {};
  return { inputs, options: { maxWait, timeout: maxWait + total, ...pages } };
}

// Whether what a property stands in is not there: `payload.user.id` of a message without a user.
const isMissing = (error, type) => error instanceof TypeError && ['msg', 'flow', 'global'].includes(type);

// Of what the message brings, the inputs of the action; the rest belongs to other nodes.
function known(action, brought) {
  const isNamed = brought !== null && typeof brought === 'object' && !Array.isArray(brought) && !Buffer.isBuffer(brought);
  const isInput = (name) => Object.hasOwn(action.inputs.properties, name) || Object.hasOwn(action.names, name);
  return Object.fromEntries(Object.entries(isNamed ? brought : {}).filter(([name]) => isInput(name)));
}

function seconds(value, problems) {
  if (value === undefined) return undefined;
  const found = Number(value);
  if (Number.isFinite(found) && found >= 0) return found;
  problems.push({ field: 'max_wait', rule: 'minimum', message: `Longest wait must be a number of seconds, 0 or more, but it is “${value}”.`, hint: '' });
  return undefined;
}

// `choice` and `flag` are the editor's own types: a text out of a list, and a switch that may be left open.
function evaluated(RED, node, { t: type, v: text }, msg) {
  if (type === 'choice') return text;
  if (type === 'flag') return text === 'true';
  return new Promise((settle, fail) => {
    RED.util.evaluateNodeProperty(text, type, node, msg, (error, found) => (error ? fail(error) : settle(found)));
  });
}

module.exports = { inputsOf };
