// One action: its form, its checks while typing, its runs and their results.

import { html, useCallback, useEffect, useMemo, useRef, useState } from "./vendor/preact-htm.js";
import { asTemplates } from "./batch_texts.js";
import { basisOf, choicesOf } from "./choices.js";
import { confirmRun } from "./confirm.js";
import { draftOf, emptyDraft, problemsByPath, shownPath, toInputs } from "./draft.js";
import { focusField, FormContext } from "./form_context.js";
import { FormPane } from "./form_pane.js";
import { forget, readHistory, remember } from "./history.js";
import { Panel } from "./panel.js";
import { choiceHiding } from "./rules.js";
import { labelOf, withoutSecrets } from "./schema.js";
import * as server from "./server.js";
import { useRun } from "./use_run.js";

const PAUSE_MILLISECONDS = 180;
const NOTHING = { problems: [], error: null, request: null, curl: null, code: [] };

export function Workbench({ action, catalogue, where, throttle, drafts, open, setPane, tab, setTab }) {
  const schema = action.inputs;
  const [draft, setDraft] = useState(() => startOf(action, drafts));
  const [touched, setTouched] = useState(() => new Set());
  const [submitted, setSubmitted] = useState(false);
  const [check, setCheck] = useState({ ...NOTHING, places: new Map(), faults: [] });
  const [options, setOptions] = useState({});
  const [past, setPast] = useState(() => readHistory(catalogue.connector.key));
  const running = useRun(action, where);
  const latest = useRef(0);
  const connection = catalogue.connections.find((each) => each.name === where);

  useEffect(() => {
    if (action.given) load(action.given === "example" ? exampleOf(action) : action.given);
  }, [action.given]);

  const current = useMemo(() => toInputs(schema, draft), [draft]);
  useEffect(() => void drafts.set(action.key, draft), [draft]);

  const examine = useCallback(async () => {
    const ticket = ++latest.current;
    const { inputs, places, faults } = current;
    let found = NOTHING;
    try {
      found = await server.check(action.key, inputs, where, options);
    } catch (error) {
      found = { ...NOTHING, error: error.error };
    }
    const whole = { ...NOTHING, ...found, places, faults, inputs };
    if (ticket === latest.current) setCheck(whole);
    return whole;
  }, [current, where, action.key, options]);

  useEffect(() => {
    const timer = setTimeout(examine, PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [examine]);

  const byPath = useMemo(() => {
    const found = problemsByPath(check.problems, check.places);
    check.faults.forEach((fault) => found.set(fault.path, [{ rule: "json", hint: "", ...fault }, ...(found.get(fault.path) ?? [])]));
    return found;
  }, [check]);

  const isShown = (path) => (problem) => submitted || problem.rule !== "required" || touched.has(path);
  const form = {
    root: schema,
    problemsAt: (path) => (byPath.get(path) ?? []).filter(isShown(path)).map((problem) => ({ ...problem, message: withoutPlace(problem.message) })),
    wrongIn(path, names) {
      const start = path ? `${path}.` : "";
      const wrong = [...byPath].filter(([at, problems]) => problems.some(isShown(at))).map(([at]) => at);
      return new Set(names.filter((name) => wrong.some((at) => at === start + name || at.startsWith(`${start}${name}.`) || at.startsWith(`${start}${name}[`))));
    },
    touch: (path) => touched.has(path) || setTouched(new Set([...touched, path])),
    basisOf: (field) => JSON.stringify([where, ...basisOf(field).map((name) => current.inputs[name])]),
    choicesOf: (field, name, refresh) => choicesOf(action, field, name, current.inputs, where, refresh).finally(throttle.refresh),
  };

  function load(inputs) {
    setDraft(draftOf(schema, schema, inputs));
    setTouched(new Set());
    setSubmitted(false);
  }

  async function run(more = {}) {
    const found = await examine();
    setSubmitted(true);
    const wrong = found.faults[0]?.path ?? (found.problems.length > 0 ? shownPath(found.problems[0].field, found.places) : null);
    if (wrong !== null) {
      setTab("output");
      running.clear();
      requestAnimationFrame(() => requestAnimationFrame(() => focusField(wrong)));
      return;
    }
    if (action.effects.destructive && !(await confirmRun(action, connection))) return;
    setTab("output");
    setPane("result");
    // Where the form gives way to the results, the focus goes with it.
    if (matchMedia("(max-width: 1120px)").matches) requestAnimationFrame(() => document.getElementById("panel-content")?.focus());
    const end = await running.start(found.inputs, { ...options, ...more });
    throttle.refresh();
    if (end) setPast(remember(catalogue.connector.key, entryOf(action, where, withoutSecrets(schema, schema, found.inputs), end)));
  }

  useEffect(() => {
    const keys = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !running.busy && (event.preventDefault(), run());
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  });

  const listed = [...check.faults, ...check.problems.map((problem) => ({ ...problem, path: shownPath(problem.field, check.places) }))];
  const problems = listed.map((problem) => ({ ...problem, label: choiceHiding(schema, draft, problem.path)?.title ?? labelOf(schema, problem.path), message: withoutPlace(problem.message) }));
  return html`
    <${FormContext.Provider} value=${form}>
      <${FormPane}
        ...${{ action, connection, draft, setDraft, options, setOptions, running, run, load }}
        count=${submitted ? problems.length : 0}
        example=${exampleOf(action)}
        clear=${() => (load({}), running.clear())}
        link=${withoutSecrets(schema, schema, current.inputs)}
      />
      <${Panel}
        ...${{ action, catalogue, where, connection, check, tab, setTab, running, run, open, past }}
        ...${{ problems, submitted, refresh: throttle.refresh }}
        texts=${asTemplates(withoutSecrets(schema, schema, current.inputs))}
        forget=${() => setPast(forget(catalogue.connector.key))}
      />
    <//>
  `;
}

const startOf = (action, drafts) => drafts.get(action.key) ?? emptyDraft();

/** The inputs of the first example that succeeds. */
const exampleOf = (action) => action.examples?.find((example) => example.error === null)?.inputs ?? null;

/** The message beside a field of a row needs no “Recipients, row 2: ” before it. */
export const withoutPlace = (message) => message.replace(/^[^.“]*?, row \d+: /, "");

const entryOf = (action, where, inputs, end) => ({
  id: `${Date.now()}-${Math.random().toString(36).slice(2, 8)}`,
  at: new Date().toISOString(),
  action: action.key,
  summary: action.summary,
  inputs,
  where,
  ok: end.ok,
  status: end.meta?.status ?? end.error?.status ?? null,
  seconds: end.seconds,
  requestId: end.meta?.request_id ?? end.error?.request_id ?? null,
  message: end.error?.message ?? null,
});
