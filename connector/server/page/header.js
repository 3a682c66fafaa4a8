// The top of the page: what this is, where actions run, and how much of the call limit is left.

import { html } from "./vendor/preact-htm.js";
import { ConnectionTest } from "./connection_test.js";
import { Icon } from "./icons.js";
import { Gauge } from "./throttle.js";

export function Header({ catalogue, where, setWhere, throttle }) {
  const { connector, icons, connections } = catalogue;
  const current = connections.find((each) => each.name === where);
  return html`
    <header class="top">
      <a class="brand" href="#" aria-label=${`${connector.title} actions, start`}>
        ${icons?.[connector.icon] && html`<img src=${icons[connector.icon]} alt="" width="28" height="28" />`}
        <h1>${connector.title}</h1> <span class="muted version">${connector.version}</span>
      </a>
      <${Gauge} limits=${throttle.limits} />
      <div class="where">
        <label for="where">Run in</label>
        <div class=${`select${current?.sandbox ? "" : " live"}`}>
          <select id="where" value=${where} onChange=${(event) => setWhere(event.target.value)}>
            ${connections.map((each) => html`<option value=${each.name}>${nameOf(each)}</option>`)}
          </select>
          <${Icon} name="chevron" />
        </div>
        ${catalogue.connectionTest && html`<${ConnectionTest} key=${where} name=${where} refresh=${throttle.refresh} />`}
      </div>
    </header>
  `;
}

export const nameOf = (connection) => (connection?.sandbox ? "Sandbox" : connection?.name ?? "");
