// The sandbox: what was sent, as its receivers see it, the requests it got, and a way to start over.

import { html, useCallback, useEffect, useState } from "./vendor/preact-htm.js";
import { CodeBlock } from "./copy.js";
import { agoText, pretty, timeText } from "./format.js";
import { Icon } from "./icons.js";
import { Message } from "./message.js";
import { Tabs } from "./panel.js";
import * as server from "./server.js";

const AGAIN_MILLISECONDS = 3000;

export function SandboxTab({ sandbox }) {
  const tabs = [sandbox.messages && ["messages", "Messages"], sandbox.requests && ["requests", "Requests"]].filter(Boolean);
  const [tab, setTab] = useState(tabs[0]?.[0]);
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState("");
  const [asking, setAsking] = useState(false);
  const load = useCallback(async () => {
    try {
      setFound(tab === "messages" ? await server.sandboxMessages() : tab === "requests" ? await server.sandboxRequests() : {});
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  }, [tab]);
  useEffect(() => {
    setFound(null);
    load();
    const timer = setInterval(() => document.hidden || load(), AGAIN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [load]);
  async function reset() {
    setAsking(false);
    await server.resetSandbox().catch((error) => setProblem(error.message));
    load();
  }
  return html`
    <div class="sandbox">
      <div class="sandbox-head">
        ${tabs.length > 0 && html`<${Tabs} tabs=${tabs} selected=${tab} select=${setTab} name="sandbox" label="Sandbox" controls="sandbox-content" />`}
        <span class="reset">
          ${asking
            ? html`<span>Delete all its data?</span> <button type="button" class="danger" onClick=${reset}>Reset</button> <button type="button" class="quiet" onClick=${() => setAsking(false)}>Cancel</button>`
            : html`<button type="button" class="quiet small" onClick=${() => setAsking(true)}><${Icon} name="refresh" size="14" /> Reset the sandbox</button>`}
        </span>
      </div>
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <div id="sandbox-content" role=${tabs.length > 0 ? "tabpanel" : undefined} aria-labelledby=${tabs.length > 0 ? `sandbox-tab-${tab}` : undefined}>
        ${found?.messages && html`<${Messages} messages=${found.messages} />`} ${found?.requests && html`<${Requests} requests=${found.requests} />`}
      </div>
    </div>
  `;
}

const Messages = ({ messages }) =>
  messages.length === 0
    ? html`<p class="muted">No messages yet.</p>`
    : html`<div class="messages">${messages.map((message) => html`<${Message} key=${`${message.id} ${message.channel} ${message.to}`} message=${message} />`)}</div>`;

const Requests = ({ requests }) =>
  requests.length === 0
    ? html`<p class="muted">No requests since the sandbox was started.</p>`
    : html`<div class="log">${requests.map((each) => html`<${RequestEntry} key=${each.time + each.path} entry=${each} />`)}</div>`;

const RequestEntry = ({ entry }) => html`
  <details>
    <summary>
      <span class="method">${entry.method}</span> <code>${entry.path}</code>
      <span class=${`badge ${entry.status < 400 ? "good" : "bad"}`}>${entry.status}</span>
      <time datetime=${entry.time} title=${timeText(entry.time)} class="muted">${agoText(entry.time)}</time>
    </summary>
    ${entry.request !== null && entry.request !== undefined && html`<${CodeBlock} text=${typeof entry.request === "string" ? entry.request : pretty(entry.request)} title="Request" />`}
    ${entry.response !== null && entry.response !== undefined && html`<${CodeBlock} text=${typeof entry.response === "string" ? entry.response : pretty(entry.response)} title="Response" />`}
  </details>
`;
