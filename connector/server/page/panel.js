// The right column: what came back, as a table or JSON, the request, code to copy, the history, and the sandbox.

import { html, useRef } from "./vendor/preact-htm.js";
import { BatchTab } from "./batch_tab.js";
import { CodeTab } from "./code_tab.js";
import { CodeBlock } from "./copy.js";
import { pretty } from "./format.js";
import { HistoryTab } from "./history_tab.js";
import { Output } from "./output.js";
import { RequestTab } from "./request_tab.js";
import { SandboxTab } from "./sandbox_tab.js";

export function Panel({ action, catalogue, where, connection, check, tab, setTab, running, run, open, past, problems, submitted, forget, texts, refresh }) {
  const tabs = [
    ["output", "Output"],
    ["json", "JSON"],
    ["request", "Request"],
    ["code", "Code"],
    ["batch", "Batch"],
    ["history", past.length > 0 ? `History (${past.length})` : "History"],
    ...(catalogue.sandbox ? [["sandbox", "Sandbox"]] : []),
  ];
  const content = {
    output: () => html`<${Output} ...${{ action, running, run, problems, submitted, connection, catalogue, setTab }} />`,
    json: () => html`<${JsonTab} running=${running} />`,
    request: () => html`<${RequestTab} check=${check} problems=${problems} />`,
    code: () => html`<${CodeTab} check=${check} problems=${problems} />`,
    batch: () => html`<${BatchTab} ...${{ action, catalogue, where, connection, texts, refresh }} />`,
    history: () => html`<${HistoryTab} ...${{ past, open, forget, catalogue }} />`,
    sandbox: () => html`<${SandboxTab} sandbox=${catalogue.sandbox} />`,
  };
  return html`
    <section class="panel-pane" aria-label="Results">
      <${Tabs} tabs=${tabs} selected=${tab} select=${setTab} name="panel" />
      <div class="panel-content" role="tabpanel" id="panel-content" aria-labelledby=${`panel-tab-${tab}`} tabindex="0">${content[tab]()}</div>
    </section>
  `;
}

/** Tabs that arrow keys move through; one of them is in the order of the Tab key. */
export function Tabs({ tabs, selected, select, name, label = "Results", controls = "panel-content" }) {
  const list = useRef(null);
  function keys(event) {
    const at = tabs.findIndex(([key]) => key === selected);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    select(tabs[next][0]);
    list.current.children[next].focus();
  }
  return html`
    <div class=${`tabs ${name}-tabs`} role="tablist" aria-label=${label} ref=${list} onKeyDown=${keys}>
      ${tabs.map(
        ([key, title]) => html`
          <button type="button" role="tab" id=${`${name}-tab-${key}`} aria-selected=${key === selected ? "true" : "false"} aria-controls=${controls} tabindex=${key === selected ? "0" : "-1"} onClick=${() => select(key)}>${title}</button>
        `,
      )}
    </div>
  `;
}

function JsonTab({ running }) {
  if (running.phase === "failed") return html`<${CodeBlock} text=${pretty(running.error)} title="Error" />`;
  if (running.phase !== "done") return html`<p class="muted">Run the action to see its outputs as JSON.</p>`;
  return html`<${CodeBlock} text=${pretty(running.result.fields)} title="Outputs" />`;
}
