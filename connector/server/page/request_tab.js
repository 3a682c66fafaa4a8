// The request as it would be sent now, secrets masked, and the same as a curl command.

import { html } from "./vendor/preact-htm.js";
import { CodeBlock } from "./copy.js";
import { pretty, plural } from "./format.js";

export function RequestTab({ check, problems }) {
  if (!check.request) return html`<${NotYet} ...${{ check, problems }} what="the request" />`;
  const { method, url, headers, body } = check.request;
  return html`
    <div class="request">
      <p class="request-line"><span class="method">${method}</span> <code>${url}</code></p>
      <dl class="headers">
        ${Object.entries(headers).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
      </dl>
      ${body !== null && html`<${CodeBlock} text=${typeof body === "string" ? body : pretty(body)} title="Body" />`}
      ${check.curl && html`<${CodeBlock} text=${check.curl} title="curl" language="shell" />`}
    </div>
  `;
}

const MOST = 6;

/** Why there is no request or code yet. */
export function NotYet({ check, problems, what }) {
  if (problems.length === 0 && !check.error) return html`<p class="muted">Loading…</p>`;
  return html`
    <div class="notice">
      <p><strong>Fill in the form to see ${what}.</strong></p>
      <ul>
        ${problems.slice(0, MOST).map((problem) => html`<li>${problem.label}: ${problem.message}</li>`)}
        ${problems.length > MOST && html`<li>${plural(problems.length - MOST, "more problem")}</li>`}
        ${problems.length === 0 && html`<li>${check.error.message} ${check.error.hint}</li>`}
      </ul>
    </div>
  `;
}
