// A button that copies a text and says so, and a block of text with one.

import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { highlight } from "./highlight.js";

/** `text` is the text, or a function that makes it. */
export function CopyButton({ text, label = "Copy", icon = "copy", title, about = "" }) {
  const [state, setState] = useState("");
  useEffect(() => {
    if (!state) return undefined;
    const timer = setTimeout(() => setState(""), 1800);
    return () => clearTimeout(timer);
  }, [state]);
  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
      setState("Copied");
    } catch {
      setState("Select the text to copy it");
    }
  }
  return html`
    <button type="button" class="copy quiet small" title=${title} onClick=${copy}>
      <${Icon} name=${state === "Copied" ? "check" : icon} size="14" /> <span aria-live="polite">${state || label}</span>${about && html`<span class="sr"> ${about}</span>`}
    </button>
  `;
}

/** Code or JSON under a title, with a button to copy it. */
export const CodeBlock = ({ text, title, language = "json" }) => html`
  <div class=${language === "shell" ? "code-block command" : "code-block"}>
    <div class="code-head"><span>${title}</span><${CopyButton} text=${text} about=${title} /></div>
    <pre tabindex="0" role="region" aria-label=${title}><code>${highlight(text, language)}</code></pre>
  </div>
`;
