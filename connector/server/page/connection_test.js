// A button that tests the connection that is chosen, and what came of it in words.

import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { durationText } from "./format.js";
import { Icon } from "./icons.js";
import * as server from "./server.js";

export function ConnectionTest({ name, refresh }) {
  const [outcome, setOutcome] = useState(null);
  const [testing, setTesting] = useState(false);
  const ticket = useRef(0);
  const clear = () => (ticket.current++, setTesting(false), setOutcome(null));
  useEffect(() => clear, [name]);

  async function test() {
    if (testing) return;
    const mine = ++ticket.current;
    setOutcome(null);
    setTesting(true);
    const found = await server.testConnection(name).then(works, fails);
    refresh();
    if (mine === ticket.current) (setTesting(false), setOutcome(found));
  }

  return html`
    <button type="button" class="test" title="Test the connection with one API call" aria-busy=${testing} onClick=${test}>
      ${testing ? "Testing…" : "Test"}<span class="sr"> the connection</span>
    </button>
    <div class=${`test-outcome${outcome ? ` notice ${outcome.good ? "" : "bad"}` : ""}`} onKeyDown=${(event) => event.key === "Escape" && clear()}>
      <div role="status">
        ${outcome && html`<p class=${`state ${outcome.good ? "good" : "bad"}`}><${Icon} name=${outcome.good ? "check" : "alert"} /> <strong>${outcome.title}</strong></p>`}
        ${outcome?.texts.map((text) => html`<p>${text}</p>`)}
      </div>
      ${outcome && html`<button type="button" class="quiet small" aria-label="Close" onClick=${clear}><${Icon} name="close" size="14" /></button>`}
    </div>
  `;
}

const works = ({ meta }) => ({ good: true, title: `The connection works (${durationText(meta.elapsed)}).`, texts: [] });

const fails = ({ error }) => ({ good: false, title: titleOf(error), texts: [error.message, error.hint].filter(Boolean) });

function titleOf({ code, status, retryable }) {
  if (status === 401 || status === 403) return "The service refused the connection.";
  if (code === "throttled") return "The call limit is reached.";
  if (status >= 500) return "The service was reached, but failed.";
  if (!status && retryable) return "The service was not reached.";
  return "The connection does not work.";
}
