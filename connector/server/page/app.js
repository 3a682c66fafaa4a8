// The page as a whole: header, actions, form and results, and which of them is in view on a small screen.

import { html, useCallback, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { ActionList } from "./action_list.js";
import { Header } from "./header.js";
import { linkTo, readLink } from "./link.js";
import * as server from "./server.js";
import { useThrottle } from "./throttle.js";
import { Welcome } from "./welcome.js";
import { Workbench } from "./workbench.js";

export function App({ catalogue }) {
  const [link, setLink] = useState(() => readLink(location.hash));
  const [where, setWhere] = useWhere(catalogue);
  const [action, setAction] = useState(null);
  const [problem, setProblem] = useState("");
  const [pane, setPane] = useState(link.key ? "form" : "list");
  const [tab, setTab] = useState("output");
  const throttle = useThrottle(where);
  const drafts = useRef(new Map());

  useEffect(() => {
    const changed = () => {
      const next = readLink(location.hash);
      setLink(next);
      setPane(next.key ? "form" : "list");
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);

  useEffect(() => {
    let current = true;
    setProblem("");
    if (!link.key) return setAction(null);
    server.definition(link.key).then(
      (found) => current && (setAction({ ...found, given: link.inputs }), link.inputs && history.replaceState(null, "", linkTo(found.key))),
      (error) => current && (setAction(null), setProblem(error.message)),
    );
    return () => (current = false);
  }, [link]);

  /** Show an action, with inputs filled in where there are some. */
  const open = useCallback((key, inputs = null) => {
    history.pushState(null, "", linkTo(key));
    setLink({ key, inputs });
    setPane("form");
  }, []);

  useEffect(() => {
    document.title = `${action ? `${action.summary} · ` : ""}${catalogue.connector.title} actions`;
  }, [action]);

  return html`
    <${Header} catalogue=${catalogue} where=${where} setWhere=${setWhere} throttle=${throttle} />
    <main class="panes" data-pane=${pane}>
      <${ActionList} catalogue=${catalogue} selected=${link.key} />
      ${problem && html`<div class="form-pane"><div class="notice bad" role="alert">${problem}</div></div>`}
      ${!link.key && html`<${Welcome} catalogue=${catalogue} open=${open} />`}
      ${link.key && action && html`
        <${Workbench} key=${action.key} ...${{ action, catalogue, where, throttle, drafts: drafts.current, open, setPane, tab, setTab }} />
      `}
    </main>
    ${link.key && action && html`<${PaneSwitch} pane=${pane} setPane=${setPane} />`}
  `;
}

/** Where actions run: the sandbox at first, then what was picked last in this tab. */
function useWhere(catalogue) {
  const names = catalogue.connections.map((each) => each.name);
  const first = catalogue.connections.find((each) => each.sandbox)?.name ?? names[0] ?? "";
  const stored = sessionStorage.getItem("connector-where");
  const [where, set] = useState(names.includes(stored) ? stored : first);
  return [where, (name) => (sessionStorage.setItem("connector-where", name), set(name))];
}

const PaneSwitch = ({ pane, setPane }) => html`
  <nav class="pane-switch" aria-label="Parts of the page">
    ${[
      ["list", "Actions"],
      ["form", "Inputs"],
      ["result", "Results"],
    ].map(([key, label]) => html`<button type="button" aria-pressed=${pane === key} onClick=${() => setPane(key)}>${label}</button>`)}
  </nav>
`;
