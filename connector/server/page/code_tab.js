// The step as code to paste: Python, the command line, flow builders, plain HTTP.

import { html, useState } from "./vendor/preact-htm.js";
import { CodeBlock } from "./copy.js";
import { Tabs } from "./panel.js";
import { NotYet } from "./request_tab.js";

const SYNTAX = { python: "code", n8n: "json", "power-automate": "json" };
let lastPicked = null;

/** `check.code` is [{language, title, text, reason}]; where the text is empty, the reason says why. */
export function CodeTab({ check, problems }) {
  const [picked, setPicked] = useState(lastPicked);
  if (check.code.length === 0) return html`<${NotYet} ...${{ check, problems }} what="code for this step" />`;
  const current = check.code.find((each) => each.language === picked) ?? check.code[0];
  const pick = (language) => setPicked((lastPicked = language));
  return html`
    <div class="code-tab">
      <${Tabs} tabs=${check.code.map((each) => [each.language, each.title])} selected=${current.language} select=${pick} name="code" label="Languages" controls="code-content" />
      <div role="tabpanel" id="code-content" aria-labelledby=${`code-tab-${current.language}`}>
        ${current.text
          ? html`<${CodeBlock} text=${current.text} title=${current.title} language=${SYNTAX[current.language] ?? "shell"} />`
          : html`<div class="notice"><p>${current.reason}</p></div>`}
      </div>
    </div>
  `;
}
