'use strict';
// Running actions: the steps of a run, in one place.

const { actionsOf, findAction } = require('./actions');
const { MOST, choiceSource, choicesOf } = require('./choices');
const { connect } = require('./connection');
const {
  AuthorizationError,
  ConnectorError,
  InputError,
  ThrottledError,
  UnavailableError,
} = require('./errors');
const { readFiles, withoutFiles } = require('./file_value');
const { inputName, isFromFlow, parametersOf, withInputs } = require('./flow_action');
const { inFormOrder } = require('./form_order');
const { isObject } = require('./json');
const { deliver } = require('./long_running');
const { inputWarnings, normalizeInputs } = require('./normalize');
const { eachRow, gather } = require('./pagination');
const { encodingOf } = require('./body');
const { buildRequest, checkSize, collisions } = require('./request');
const { flatten, isElsewhere } = require('./response');
const { isRepeatable } = require('./retry');
const { ruleProblems } = require('./rules');
const { maskedLine, secretTexts } = require('./secrets');
const { rounded } = require('./send');
const { requestIdOf } = require('./service_error');
const { templateProblems } = require('./templates');
const { Throttle } = require('./throttle');
const { problemsOf } = require('./validator');

const CHECKED_ROWS = 1000; // Rows of each list whose types are checked; the rest is passed on.

// The buckets of this process: every connector of it keeps to the same limits.
const shared = new Throttle();

/** A connector's definitions, ready to run its actions. See types.d.ts for every type. */
class Connector {
  /**
   * @param {import('./types').Definitions} definitions What an export wrote to `definitions.json`.
   * @param {import('./types').IO} io The host's functions to send, to sleep, and to read the clock.
   * @param {import('./types').Throttle} [throttle] Where calls are counted; one for the process when left out.
   */
  constructor(definitions, io, throttle = shared) {
    this.definition = definitions.connector;
    this.actions = actionsOf(definitions);
    this.io = io;
    this.throttle = throttle;
  }

  /**
   * Check inputs without sending anything.
   *
   * @param {string} key Key of the action.
   * @param {Record<string, unknown>} values Inputs by name, or by the keys of a Power Automate flow.
   * @returns {import('./types').Checked}
   * @throws {import('./errors').InputError} They are not an object, or nested too deeply.
   */
  validate(key, values) {
    const action = this.find(key);
    if (!isObject(values)) {
      throw new InputError('The inputs must be an object with named values, such as {“title”: “Hi”}.');
    }
    try {
      return this.checked(action, values);
    } catch (error) {
      if (error instanceof RangeError) throw new InputError('The inputs are nested too deeply.');
      throw error;
    }
  }

  checked(action, values) {
    const { inputs: normalized, problems } = normalizeInputs(action, values);
    const fromFlow = isFromFlow(action, values);
    const { inputs, problems: wrongFiles } = readFiles(action.inputs, normalized);
    const plain = withoutFiles(action.inputs, normalized);
    problems.push(...wrongFiles, ...problemsOf(action.inputs, plain, { names: spokenNames(action), fromFlow }));
    const wrong = new Set(problems.map((problem) => problem.field.split('[')[0].split('.')[0]));
    problems.push(...ruleProblems(action.inputs, inputs, problems.map((problem) => problem.field)));
    const right = Object.fromEntries(Object.entries(inputs).filter(([name]) => !wrong.has(name)));
    problems.push(...collisions(action, right), ...templateProblems(action, right));
    return { inputs, problems: inFormOrder(action.inputs, problems), warnings: inputWarnings(action, values) };
  }

  /**
   * Run an action.
   *
   * @param {string} key Key of the action.
   * @param {Record<string, unknown>} values Inputs by name, or by the keys of a Power Automate flow.
   * @param {import('./types').Connection} connection What `connect` made.
   * @param {import('./types').RunOptions} [options]
   * @returns {Promise<import('./types').Result>}
   * @throws {import('./errors').ConnectorError} One of its kinds, by who must act.
   */
  async run(key, values, connection, options = {}) {
    const started = this.io.now();
    const action = this.find(key);
    checkPages(action, options);
    const run = this.prepare(action, values, connection, options);
    try {
      const outputs = walks(options)
        ? await gather(action, run.inputs, (inputs, url) => this.page(run, inputs, url), this.walk(run, options))
        : (await this.page(run, run.inputs)).outputs;
      return { fields: outputs, meta: this.meta(run, outputs, started) };
    } catch (error) {
      throw withKey(error, run);
    }
  }

  /**
   * The rows of a list action one by one; the next page is fetched when its first row is asked for.
   *
   * @returns {AsyncGenerator<object>}
   */
  async *iterate(key, values, connection, options = {}) {
    const action = this.find(key);
    checkPages(action, { ...options, allPages: true });
    const run = this.prepare(action, values, connection, options);
    try {
      for await (const row of eachRow(action, run.inputs, (inputs, url) => this.page(run, inputs, url), this.walk(run, options))) {
        // The time that the caller spends on a row is not the run's.
        const left = run.deadline - this.io.now();
        yield row;
        run.deadline = this.io.now() + left;
      }
    } catch (error) {
      throw withKey(error, run);
    }
  }

  /**
   * The choices of an input whose values another action lists: all pages, at most a thousand.
   *
   * @param options As for run; `inputs` has what is filled in already, which the choices of some inputs depend on.
   * @returns {Promise<{value: string, label: string}[]>}
   */
  async choices(key, name, connection, options = {}) {
    const { inputs = {}, ...rest } = options;
    const source = choiceSource(this.find(key), name, inputs);
    const bound = this.find(source.operationId).pagination ? { maxItems: MOST + 1 } : {};
    const { fields } = await this.run(source.operationId, source.inputs, connection, { ...rest, ...bound });
    const rows = fields[source.rows];
    return choicesOf(Array.isArray(rows) ? rows.slice(0, MOST) : rows, source);
  }

  /** The action with that key, operation id or summary, without regard to case. */
  find(name) {
    return findAction(this.actions, name);
  }

  // The connection of a service that needs none.
  withoutSecrets() {
    if (this.definition.kinds.some((kind) => !kind.required.length)) return connect(this.definition, { values: {} }, this.io.sha256);
    throw new AuthorizationError('This action needs a connection.', { code: 'missing_connection' });
  }

  // What one run needs and what happened on its way.
  prepare(action, values, connection, options) {
    const declared = action.idempotency?.input;
    const { inputs, problems, warnings } = this.validate(action.key, withOwnKey(action, values, options.idempotencyKey));
    if (problems.length) {
      const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
      throw new InputError(`${action.summary}: ${count} with the inputs. Nothing was sent.`, problems);
    }
    if (declared !== undefined && inputs[declared] === undefined) inputs[declared] = this.io.uuid();
    connection ??= this.withoutSecrets();
    connection.require(action);
    const key = declared === undefined ? null : inputs[declared];
    const { timeouts, throttle, share } = this.definition;
    const limits = [[connection.identity, throttle]];
    if (share) limits.push([`${connection.identity}/`, share]);
    if (action.throttle) limits.push([`${connection.identity}/${action.key}`, action.throttle]);
    return {
      connector: this.definition,
      action,
      inputs,
      connection,
      io: this.io,
      throttle: this.throttle,
      buckets: limits.map(([name, limit]) => this.throttle.bucket(name, limit)),
      isRepeatable: isRepeatable(action, key),
      key,
      deadline: this.io.now() + (options.timeout ?? timeouts.total),
      maxWait: options.maxWait ?? timeouts.wait,
      signal: options.signal,
      onWait: options.onWait || (() => {}),
      throttled: 0,
      waited: 0,
      attempts: [],
      pages: 0,
      warnings,
    };
  }

  // One call: its outputs, and the response they were read from.
  async page(run, inputs, url) {
    const { action, connection } = run;
    // An error names what this page was asked with, and hides the secrets in it.
    Object.assign(run, { inputs, secrets: [...connection.secrets, ...secretTexts(action, inputs)] });
    const boundary = encodingOf(action.request) === 'multipart' ? this.io.uuid() : '';
    const request = buildRequest(action, inputs, connection.endpoint, { url, boundary });
    checkSize(this.definition.limits, request);
    const response = await deliver(run, request);
    run.pages += 1;
    const outputs = flatten(action.outputs, response);
    const rows = action.pagination?.rows;
    if (rows === undefined && isElsewhere(action.outputs, response, outputs)) {
      run.warnings.push('The response has none of the outputs. See the raw response.');
    }
    if (rows !== undefined && !Array.isArray(outputs[rows])) run.warnings.push(`The response has no list “${rows}”, so no rows are shown.`);
    return { outputs, response, url: connection.urlOf(request.url) };
  }

  meta(run, outputs, started) {
    const first = Object.entries(outputs).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, CHECKED_ROWS) : value]);
    const problems = problemsOf(run.action.outputs, Object.fromEntries(first), { quotes: false });
    return {
      action: run.action.key,
      status: run.response.status,
      attempts: run.attempts,
      pages: run.pages,
      waited: rounded(run.throttled + run.attempts.reduce((waited, { wait }) => waited + wait, 0)),
      elapsed: rounded(this.io.now() - started),
      request_id: requestIdOf(this.definition, run.response, run.secrets),
      idempotency_key: run.key,
      warnings: [...run.warnings, ...problems.map((problem) => maskedLine(problem.message, run.secrets))],
    };
  }

  // How many rows a walk collects at most, and where it says that there are more.
  walk({ warnings }, options) {
    return { maxItems: options.maxItems ?? this.definition.paging.maxItems, warnings };
  }
}

const walks = ({ allPages = false, maxItems }) => allPages || (maxItems ?? null) !== null;

// The names people may mean when they mistype one: the inputs' own, and their other names.
const spokenNames = (action) => [...Object.keys(action.inputs.properties), ...action.aliases];

// The inputs with an idempotency key from outside, unless they bring their own.
function withOwnKey(action, values, key) {
  const declared = action.idempotency?.input;
  if (declared === undefined || !key || !isObject(values)) return values;
  const given = Object.entries(parametersOf(action, values));
  const brings = given.some(([name, value]) => value && inputName(action, name) === declared);
  return brings ? values : withInputs(action, values, { [declared]: key });
}

// The key goes with the error: run again with it, the service does the thing once.
function withKey(error, run) {
  if (!(error instanceof ConnectorError)) return error;
  error.isRepeatable = run.isRepeatable;
  if (run.key === null) return error;
  error.idempotencyKey = run.key;
  if (run.attempts.length && (error instanceof UnavailableError || error instanceof ThrottledError)) {
    error.hint = `${error.hint} To run it again without doing it twice, use the idempotency key ${run.key}.`.trimStart();
  }
  return error;
}

// Reject “all pages” for an action without pages, and an invalid limit.
function checkPages(action, options) {
  if (walks(options) && !action.pagination) {
    const message = `“${action.summary}” has no pages to read.`;
    throw new InputError('The action has no pages.', [{ field: '', rule: 'pages', message, hint: '' }]);
  }
  const { maxItems } = options;
  if ((maxItems ?? null) !== null && !(Number.isInteger(maxItems) && maxItems >= 1)) {
    const message = `The number of rows must be 1 or more, but it is ${maxItems}.`;
    throw new InputError('The number of rows is wrong.', [{ field: 'max_items', rule: 'minimum', message, hint: '' }]);
  }
}

module.exports = { Connector };
