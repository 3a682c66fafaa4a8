// A run from start to end: what it waits for, how it can be stopped, and what came of it.

import { useEffect, useRef, useState } from "./vendor/preact-htm.js";
import * as server from "./server.js";

const IDLE = { phase: "idle", started: 0, wait: null, pages: null, attempts: [], result: null, error: null, seconds: 0 };

/**
 * {phase, wait, pages, attempts, result, error, seconds, busy, start(inputs, options), stop(), clear()}. The phase is idle, running,
 * done, failed or stopped; `wait` is {until, seconds, reason, message} while the run waits.
 */
export function useRun(action, where) {
  const [state, setState] = useState(IDLE);
  const control = useRef(null);
  const mounted = useRef(true);
  useEffect(() => () => ((mounted.current = false), control.current?.abort()), []);

  const set = (part) => mounted.current && setState((old) => ({ ...old, ...(typeof part === "function" ? part(old) : part) }));

  function onEvent(name, data) {
    if (name === "wait") set({ wait: { until: performance.now() + data.seconds * 1000, ...data } });
    if (name === "attempt") set((old) => ({ wait: null, attempts: [...old.attempts, data] }));
    if (name === "page") set({ wait: null, pages: data });
  }

  async function start(inputs, { idempotencyKey, ...options } = {}) {
    const started = performance.now();
    const abort = new AbortController();
    control.current = abort;
    setState({ ...IDLE, phase: "running", started });
    const seconds = () => (performance.now() - started) / 1000;
    try {
      const { fields, meta } = await server.run(action.key, inputs, { where, options, idempotencyKey, signal: abort.signal, onEvent });
      set({ phase: "done", wait: null, result: { fields, meta }, seconds: seconds() });
      return { ok: true, meta, seconds: seconds() };
    } catch (failure) {
      if (failure.name === "AbortError") {
        set({ phase: "stopped", wait: null, seconds: seconds() });
        return null;
      }
      const error = failure.error ?? { code: "unexpected", message: failure.message, retryable: false };
      set({ phase: "failed", wait: null, error, seconds: seconds() });
      return { ok: false, error, seconds: seconds() };
    }
  }

  return { ...state, busy: state.phase === "running", start, stop: () => control.current?.abort(), clear: () => setState(IDLE) };
}

/** The seconds left until a time of `performance.now()`, counted down. */
export function useCountdown(until) {
  const [left, setLeft] = useState(() => secondsTo(until));
  useEffect(() => {
    setLeft(secondsTo(until));
    const timer = setInterval(() => setLeft(secondsTo(until)), 200);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

const secondsTo = (until) => Math.max(0, (until - performance.now()) / 1000);
