// The question before an action that destroys or replaces something.

import { html, render } from "./vendor/preact-htm.js";
import { nameOf } from "./header.js";

/** Promises whether to go on; `rows` is how often it runs, null where that is unknown. The safe answer has the focus. */
export function confirmRun(action, connection, rows = 1) {
  const host = document.createElement("div");
  document.body.append(host);
  return new Promise((resolve) => {
    const close = (answer) => {
      render(null, host);
      host.remove();
      resolve(answer);
    };
    render(html`<${Question} action=${action} connection=${connection} rows=${rows} close=${close} />`, host);
    const dialog = host.querySelector("dialog");
    dialog.showModal();
    dialog.querySelector("button").focus();
  });
}

const Question = ({ action, connection, rows, close }) => html`
  <dialog class="dialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" onCancel=${(event) => (event.preventDefault(), close(false))}>
    <h2 id="confirm-title">${action.summary}?</h2>
    <p id="confirm-text">
      This action deletes or replaces data${rows === 1 ? "" : `, once for each of ${rows === null ? "the" : rows.toLocaleString("en")} rows`}. ${connection?.sandbox ? "It runs in the sandbox on this machine, which you can reset." : `It runs on ${nameOf(connection)} and cannot be undone.`}
    </p>
    <div class="dialog-buttons">
      <button type="button" onClick=${() => close(false)}>Cancel</button>
      <button type="button" class="danger" onClick=${() => close(true)}>${action.summary}</button>
    </div>
  </dialog>
`;
