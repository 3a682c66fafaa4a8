// What somebody sees who opens the page for the first time: one thing to try, then all that there is.

import { html } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { linkTo } from "./link.js";
import { plural } from "./format.js";

const MOST_LISTED = 6;

export function Welcome({ catalogue, open }) {
  const { connector, groups, actions, icons, connections } = catalogue;
  const first = firstAction(catalogue);
  const sandbox = connections.some((each) => each.sandbox);
  return html`
    <section class="welcome" aria-labelledby="welcome">
      <h2 id="welcome">${connector.title}</h2>
      <p class="lead">${connector.description}</p>
      ${first &&
      html`<div class="try">
        <div>
          <h3>Try it: ${first.summary}</h3>
          <p>${first.about} ${sandbox && "In the sandbox nothing leaves this machine, and you need no account."}</p>
        </div>
        <button type="button" class="primary" onClick=${() => open(first.key, "example")}><${Icon} name="play" /> Open with an example</button>
      </div>`}
      <h3 class="all">${plural(actions.length, "action")} in ${plural(groups.length, "group")}</h3>
      <div class="cards">
        ${groups.map((group) => {
          const members = actions.filter((action) => action.group === group.key);
          const important = members.filter((action) => action.visibility === "important");
          const main = important.sort((one, other) => (other === first) - (one === first));
          return html`
            <div class="card">
              <h4>${icons?.[group.icon] && html`<img src=${icons[group.icon]} alt="" width="20" height="20" />`}${group.title}</h4>
              <p>${group.description}</p>
              <ul>${(main.length > 0 ? main : members).slice(0, MOST_LISTED).map((action) => html`<li><a href=${linkTo(action.key)}>${action.summary}</a></li>`)}</ul>
            </div>
          `;
        })}
      </div>
    </section>
  `;
}

/** The action to try first: one that does something new each time and destroys nothing, else the first there is. */
export function firstAction({ actions }) {
  const important = actions.filter((action) => action.visibility === "important");
  const doing = important.find((action) => !action.effects.readOnly && !action.effects.destructive && !action.effects.idempotent);
  return doing ?? important[0] ?? actions[0] ?? null;
}
