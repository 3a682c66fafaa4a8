// The step as code to paste: Python, the command line, flow builders, plain HTTP.

import { html, useState } from "./vendor/preact-htm.js";
import { CodeBlock } from "./copy.js";
import { Tabs } from "./panel.js";
import { NotYet } from "./request_tab.js";

let lastPicked = null;

export function CodeTab({ check, problems }) {
  const [picked, setPicked] = useState(lastPicked);
  if (check.code.length === 0) return html`<${NotYet} ...${{ check, problems }} what="code for this step" />`;
  const current = check.code.find((each) => each.language === picked) ?? check.code[0];
  const pick = (key) => setPicked((lastPicked = key));
  return html`
    <div class="code-tab">
      <${Tabs} tabs=${check.code.map((each) => [each.language, each.title])} selected=${current.language} select=${pick} name="code" label="Languages" controls="code-content" />
      <div role="tabpanel" id="code-content" aria-labelledby=${`code-tab-${current.language}`}>
        ${current.note && html`<p class="muted">${current.note}</p>`}
        <${CodeBlock} text=${current.text || current.reason} label=${`the ${current.title} code`} language=${["n8n", "power-automate"].includes(current.language) ? "json" : "code"} />
      </div>
    </div>
  `;
}
