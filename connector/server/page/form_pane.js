// The column of the form: what the action does, its fields, and the bar with Run.

import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { CopyButton } from "./copy.js";
import { durationText, firstSentence, plural } from "./format.js";
import { nameOf } from "./header.js";
import { Icon } from "./icons.js";
import { linkTo } from "./link.js";
import { ObjectFields } from "./object_fields.js";

export function FormPane({ action, connection, draft, setDraft, options, setOptions, running, run, load, count, example, clear, link }) {
  const heading = useRef(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  // The same element becomes Run at once, so that it keeps the focus: this click must not submit the form then.
  const stop = (event) => (event.preventDefault(), running.stop());
  return html`
    <section class="form-pane" aria-labelledby="action-title">
      <div class="form-scroll">
        <header class="form-head">
          <div class="form-title">
            <h2 id="action-title" tabindex="-1" ref=${heading}>${action.summary}</h2>
            <${Effect} effects=${action.effects} />
          </div>
          <${Description} text=${action.description} />
          <div class="facts">
            <code>${action.key}</code>
            <${CopyButton} text=${() => new URL(linkTo(action.key, link), location.href).href} label="Copy link" icon="link" title="A link to this action with its inputs filled in, without secrets" />
          </div>
        </header>
        <form id="inputs" novalidate onSubmit=${(event) => (event.preventDefault(), running.busy || run())}>
          ${Object.keys(action.inputs.properties ?? {}).length > 0
            ? html`<${ObjectFields} schema=${action.inputs} draft=${draft} path="" change=${setDraft} />`
            : html`<p class="muted">This action has no inputs.</p>`}
          ${action.paging && html`<${Pages} ...${{ options, setOptions }} />`}
        </form>
      </div>
      <div class="bar">
        ${running.busy
          ? html`<button type="button" class="primary stop" onClick=${stop}><${Icon} name="stop" /> Stop <${Elapsed} since=${running.started} /></button>`
          : html`<button type="submit" form="inputs" class="primary" title="Ctrl+Enter"><${Icon} name="play" /> Run <span class="in">${connection?.sandbox ? "in the sandbox" : `on ${nameOf(connection)}`}</span></button>`}
        ${example && html`<button type="button" disabled=${running.busy} onClick=${() => load(example)}><${Icon} name="wand" /> Example</button>`}
        <button type="button" class="quiet" disabled=${running.busy} onClick=${clear}>Clear</button>
        <span class="bar-status" role="status">${count > 0 ? plural(count, "problem") : ""}</span>
      </div>
    </section>
  `;
}

function Effect({ effects }) {
  if (effects.readOnly) return html`<span class="badge" title="Running it changes nothing">Reads</span>`;
  return effects.destructive
    ? html`<span class="badge bad" title="It deletes or replaces data, and asks before it runs">Destructive</span>`
    : html`<span class="badge" title="Running it creates or changes something">Changes data</span>`;
}

function Description({ text }) {
  const [open, setOpen] = useState(false);
  const first = firstSentence(text);
  if (first.length > text.length - 20) return html`<p class="lead">${text}</p>`;
  return html`
    <p class="lead">
      ${open ? text : first}${" "}
      <button type="button" class="link" aria-expanded=${open} onClick=${() => setOpen(!open)}>${open ? "Less" : "More"}</button>
    </p>
  `;
}

function Elapsed({ since }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((now) => now + 1), 200);
    return () => clearInterval(timer);
  }, []);
  const seconds = (performance.now() - since) / 1000;
  return seconds < 1 ? null : html`<span class="in">${durationText(seconds)}</span>`;
}

/** Which pages of a list to read. */
function Pages({ options, setOptions }) {
  const value = options.all_pages ? "all" : options.max_items ? "some" : "first";
  const set = (event) => setOptions({ first: {}, all: { all_pages: "1" }, some: { max_items: "50" } }[event.target.value]);
  return html`
    <fieldset class="pages">
      <legend class="label">Rows to read</legend>
      <div class="segments">
        ${[
          ["first", "First page"],
          ["some", "Up to"],
          ["all", "All pages"],
        ].map(([key, label]) => html`<label><input type="radio" name="pages" value=${key} checked=${value === key} onChange=${set} /><span>${label}</span></label>`)}
      </div>
      ${value === "some" && html`<input type="number" min="1" aria-label="Largest number of rows" value=${options.max_items} onInput=${(event) => /^[1-9]\d*$/.test(event.target.value) && setOptions({ max_items: event.target.value })} onChange=${(event) => (event.target.value = options.max_items)} />`}
    </fieldset>
  `;
}
