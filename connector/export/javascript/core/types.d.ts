// What a host works with: the types of `index.js`.

/** The content of `definitions.json`: the connector, its actions, and what several of them share. */
export interface Definitions {
  connector: ConnectorDefinition;
  actions: Record<string, ActionDefinition>;
  defs: Record<string, unknown>;
}

/** Of the connector as a whole, what hosts look at. */
export interface ConnectorDefinition {
  key: string;
  title: string;
  version: string;
  baseUrl: string;
  connection: { required: string[]; properties: Record<string, { title: string; writeOnly: boolean }> };
  /** The kinds of connection; one without a key where there is no choice. */
  kinds: { key: string; title: string; fields: string[]; required: string[]; authorization: Authorization }[];
  /** The service's call limit; the period is in seconds. */
  throttle: { calls: number; renewalPeriod: number };
  /** Of that limit, what this process may use; the host says so. */
  share?: { calls: number; renewalPeriod: number };
  /** Seconds: to connect, between two bytes, for a whole run, and for its waits for the call limit. */
  timeouts: { connect: number; read: number; total: number; wait: number };
}

/** Where the secrets of a connection are sent; `{connection.field}` is a field of the connection. */
export interface Authorization {
  headers: Record<string, string>;
  query: Record<string, string>;
  basic?: { username: string; password: string };
  strip: string[];
}

/** Of an action, what hosts look at. */
export interface ActionDefinition {
  key: string;
  operationId: string;
  summary: string;
  group: string;
  request: { method: string; path: string };
  inputs: { properties: Record<string, Record<string, unknown>>; required?: string[] };
  outputs: { properties: Record<string, Record<string, unknown>> };
  pagination?: { rows: string; input: string; offset?: boolean; follow?: boolean };
  idempotency?: { input: string };
}

/** A request without secrets; a URL may have `{connection.field}` where one belongs. `content` is its body as the text or the bytes to send; undefined for none. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  content?: string | Uint8Array;
}

/** Bounds of one call, in seconds and bytes, and what belongs to it. */
export interface SendOptions {
  /** The URL to send to, with secrets. */
  signedUrl: string;
  /** The headers that carry secrets. */
  secretHeaders: Record<string, string>;
  /** The URL and those headers without what the connector's authorization adds, for a host that adds that in its own way. */
  templated: { url: string; headers: Record<string, string> };
  connectTimeout: number;
  /** Longest wait for the next bytes of the response. */
  readTimeout: number;
  /** Longest time for the whole call. */
  timeout: number;
  responseBytes: number;
  signal?: AbortSignal;
  /**
   * Await it when the connection is established (name look-up, TCP and TLS are done) and before the first byte of the request
   * is written: the call limit counts from then. Nearly always that takes no time; after a longer wait, look whether the
   * connection was closed meanwhile. What it throws goes on to the caller of `send`. A host that cannot know that moment
   * does not call it: the call then counts from when `send` began or, if that is long ago, from when it ended.
   */
  departing(): Promise<void>;
  /** Call it when the first bytes have been given to the connection, where `departing` was awaited. */
  sent(): void;
}

/** A response of any status. Redirects are not followed. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body as text or as bytes, of a file or of UTF-8; an empty text for none. */
  body: string | Uint8Array;
}

/** What a host brings along. All times are in seconds. */
export interface IO {
  /**
   * Send once, whatever the status of the response. What it throws is read by `transportErrorOf`; a host that knows
   * better throws a `transportError`.
   */
  send(request: HttpRequest, options: SendOptions): Promise<HttpResponse>;
  /** Resolve after that many seconds; resolve or reject earlier when the signal is aborted. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
  /** Seconds that never go back, the same for everybody in this process who shares a throttle. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  /** A number from 0 to 1, 1 left out. */
  random(): number;
  uuid(): string;
  /** The SHA-256 of a text in hexadecimal digits. */
  sha256(text: string): string;
}

/** What a connection's form says. */
export interface ConnectionValues {
  values: Record<string, string>;
  /** The key of the kind of connection; the first that the values fit when left out. */
  kind?: string;
  /** Another address of the service; the connector's own when empty. */
  baseUrl?: string;
  /** Accept `http://` to another machine: the secret travels readable. */
  allowInsecure?: boolean;
}

/** A connection that is ready to run actions. Only `sign` and `secrets` give secrets away: never log what they hold. */
export interface Connection {
  /** Texts that are kept out of messages. */
  secrets: string[];
  /** The name of the account's call limit; the secret cannot be read back from it. */
  identity: string;
  /** Make sure that the connection has what the URL of an action needs; throws an AuthorizationError. */
  require(action: ActionDefinition): void;
  /** Add the secrets to a request. */
  sign(request: HttpRequest & { secretHeaders: Record<string, string[]> }): Pick<HttpRequest, 'url' | 'headers'> & Pick<SendOptions, 'secretHeaders' | 'templated'>;
}

/**
 * Check the values of a connection.
 *
 * @throws {AuthorizationError} A field is missing, or the address is not one that a secret may be sent to.
 */
export declare function connect(
  connector: ConnectorDefinition,
  values: ConnectionValues,
  sha256: (text: string) => string,
): Connection;

/** How one run is made; what is left out is as the definition says. Times are in seconds. */
export interface RunOptions {
  /** Longest wait for the call limit, in all. */
  maxWait?: number;
  /** Longest time for the whole run with its waits, attempts and pages. */
  timeout?: number;
  /** Collect the rows of all pages. */
  allPages?: boolean;
  /** Largest number of rows; implies `allPages`. */
  maxItems?: number | null;
  /** The key for an action that has one; made by the run when left out. */
  idempotencyKey?: string;
  /** Gives the run up: it stops waiting and makes no further attempt. */
  signal?: AbortSignal;
  /** Called before every wait: what for, and how long. */
  onWait?(reason: string, seconds: number): void;
}

/** One attempt of one call: the status of its response, or why there was none, and the seconds waited after it. */
export interface Attempt {
  status: number | null;
  reason: string;
  wait: number;
}

/** What happened during a run, as the Python runtime says it. */
export interface Meta {
  action: string;
  status: number;
  attempts: Attempt[];
  pages: number;
  waited: number;
  elapsed: number;
  request_id: string | null;
  idempotency_key: string | null;
  warnings: string[];
}

/** Every declared output by name, null where the service sent nothing; and what happened on the way. */
export interface Result {
  fields: Record<string, unknown>;
  meta: Meta;
}

/** One thing that is wrong with an input: its name with `[n]` for rows, the rule, a sentence, and what to do. */
export interface Problem {
  field: string;
  rule: string;
  message: string;
  hint: string;
}

/** Inputs under their own names with defaults, everything that is wrong with them, and what should be known. */
export interface Checked {
  inputs: Record<string, unknown>;
  problems: Problem[];
  warnings: string[];
}

/** One entry of a field's choices. */
export interface Choice {
  value: string;
  label: string;
}

export declare class Connector {
  readonly definition: ConnectorDefinition;
  readonly actions: Record<string, ActionDefinition>;
  constructor(definitions: Definitions, io: IO, throttle?: Throttle);
  /** The action with that key, operation id or summary. */
  find(name: string): ActionDefinition;
  /** Check inputs without sending anything. */
  validate(key: string, values: Record<string, unknown>): Checked;
  run(key: string, values: Record<string, unknown>, connection: Connection, options?: RunOptions): Promise<Result>;
  /** The rows of all pages one by one; a page is fetched when its first row is asked for. */
  iterate(
    key: string,
    values: Record<string, unknown>,
    connection: Connection,
    options?: RunOptions,
  ): AsyncGenerator<Record<string, unknown>>;
  /** The choices of an input whose values another action lists. */
  choices(key: string, name: string, connection: Connection, options?: RunOptions): Promise<Choice[]>;
}

/** What the rows of a listing action become: values and labels, without rows that have no value. */
export declare function choicesOf(rows: unknown, source: { value: string; label: string }): Choice[];

/** Where the calls of every connection of a process are counted. Its parts are the runtime's own. */
export declare class Throttle {
  constructor();
}

/** The base of all errors. `text` is the whole sentence, with every problem; `toDict()` is the error as JSON. */
export declare class ConnectorError extends Error {
  readonly code: string;
  hint: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly field: string | null;
  /** The key of the run that failed: run again with it, the service does the thing once. */
  idempotencyKey: string | null;
  /** Whether running it again with that key, if any, has the effect of once; of no run, it is true. */
  isRepeatable: boolean;
  readonly retryable: boolean;
  readonly text: string;
  toDict(): ErrorValues;
}

/** An error as JSON. What has no value is left out. */
export interface ErrorValues {
  code: string;
  message: string;
  retryable: boolean;
  hint?: string;
  field?: string;
  status?: number;
  request_id?: string;
  idempotency_key?: string;
  problems?: Problem[];
  wait?: number | null;
}

export declare class DefinitionError extends ConnectorError {
  readonly problems: Problem[];
}
export declare class InputError extends ConnectorError {
  readonly problems: Problem[];
}
export declare class UnknownActionError extends InputError {}
export declare class AuthorizationError extends ConnectorError {}
export declare class RefusedError extends ConnectorError {}
export declare class ThrottledError extends ConnectorError {
  /** Seconds until a call would have been possible, if known. */
  readonly wait: number | null;
}
export declare class UnavailableError extends ConnectorError {}
export declare class NotSentError extends UnavailableError {}
export declare class ConnectionLostError extends UnavailableError {}
export declare class OutcomeUnknownError extends UnavailableError {}
export declare class OutputError extends ConnectorError {
  readonly problems: Problem[];
}

/** Kinds of failure of a call. Of those in the first three lines nothing left this machine. */
export type FailureKind =
  | 'unreachable' | 'connect_timeout' | 'unknown_host'
  | 'proxy' | 'certificate' | 'base_url'
  | 'header' | 'out_of_time' | 'cancelled'
  | 'read_timeout' | 'lost' | 'broken_response' | 'response_size' | 'response_headers'
  | 'response_stopped' | 'response_incomplete' | 'response_endless' | 'cancelled_in_flight';

/** The error of one kind of failure. bytes: the largest response, for `response_size`. */
export declare function transportError(kind: FailureKind, bytes?: number): NotSentError | ConnectionLostError;

/** The error for what an HTTP library threw; what is not known to be unsent counts as lost. */
export declare function transportErrorOf(error: unknown): ConnectorError;
