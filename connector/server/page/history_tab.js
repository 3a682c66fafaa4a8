// The runs of this browser: open one again with its inputs.

import { html } from "./vendor/preact-htm.js";
import { agoText, durationText, timeText } from "./format.js";
import { Icon } from "./icons.js";

export function HistoryTab({ past, open, forget }) {
  if (past.length === 0) return html`<p class="muted">Runs are listed here. They stay in this browser, without secrets.</p>`;
  return html`
    <div class="history">
      <div class="history-head"><p class="muted">Kept in this browser, without secrets.</p><button type="button" class="quiet small" onClick=${forget}><${Icon} name="trash" size="14" /> Clear the history</button></div>
      <ul>
        ${past.map(
          (entry) => html`
            <li key=${entry.id}>
              <button type="button" class="entry" onClick=${() => open(entry.action, entry.inputs)}>
                <span class=${entry.ok ? "dot good" : "dot bad"} aria-hidden="true"></span>
                <span class="entry-text">
                  <strong>${entry.summary}</strong> <span class="sr">${entry.ok ? "succeeded" : "failed"}</span>
                  <span class="muted">${entry.message ?? inLine(entry.inputs)}</span>
                </span>
                <span class="entry-facts muted">
                  <time datetime=${entry.at} title=${timeText(entry.at)}>${agoText(entry.at)}</time>
                  <span>${[entry.status, durationText(entry.seconds), entry.where].filter(Boolean).join(" · ")}</span>
                </span>
              </button>
            </li>
          `,
        )}
      </ul>
    </div>
  `;
}

const inLine = (inputs) =>
  Object.entries(inputs)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ") || "No inputs";
