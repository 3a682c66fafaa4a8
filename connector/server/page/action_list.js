// The actions by group, with a search that “/” focuses and arrow keys that move through what it finds.

import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { linkTo } from "./link.js";

export function ActionList({ catalogue, selected }) {
  const [query, setQuery] = useState("");
  const search = useRef(null);
  const list = useRef(null);
  const groups = useMemo(() => foundIn(catalogue, query), [catalogue, query]);
  const first = groups[0]?.actions[0]?.key;
  const stop = groups.some((group) => group.actions.some((action) => action.key === selected)) ? selected : first;

  useEffect(() => list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [selected]);

  useEffect(() => {
    const slash = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);

  function keys(event) {
    const links = [...list.current.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (event.key === "Enter" && at < 0 && links.length > 0) {
      event.preventDefault();
      links[0].click();
    } else if (event.key === "Escape" && query) {
      setQuery("");
      search.current.focus();
    } else if (to !== undefined && (at >= 0 || event.key === "ArrowDown")) {
      event.preventDefault();
      (to < 0 ? search.current : links[Math.min(to, links.length - 1)])?.focus();
    }
  }

  return html`
    <nav class="list-pane" aria-label="Actions" onKeyDown=${keys}>
      <div class="search">
        <${Icon} name="search" />
        <input type="search" ref=${search} value=${query} placeholder="Find an action" aria-label="Find an action" aria-keyshortcuts="/" onInput=${(event) => setQuery(event.target.value)} autocomplete="off" spellcheck="false" />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div ref=${list} class="groups">
        ${groups.map(
          (group) => html`
            <div role="group" key=${group.key} aria-labelledby=${`group-${group.key}`}>
              <h2 id=${`group-${group.key}`} title=${group.description}>
                ${catalogue.icons?.[group.icon] && html`<img src=${catalogue.icons[group.icon]} alt="" width="16" height="16" />`}${group.title}
              </h2>
              <ul>
                ${group.actions.map(
                  (action) => html`
                    <li key=${action.key}>
                      <a href=${linkTo(action.key)} tabindex=${action.key === stop ? "0" : "-1"} aria-current=${action.key === selected ? "page" : undefined}>
                        <span>${action.summary}</span>
                        ${action.effects.destructive && html`<span class="mark" title="Destructive: asks before it runs"><${Icon} name="alert" size="13" /><span class="sr">, destructive</span></span>`}
                      </a>
                    </li>
                  `,
                )}
              </ul>
            </div>
          `,
        )}
        <p class="muted nothing" role="status">${groups.length === 0 ? `No action matches “${query}”.` : ""}</p>
      </div>
    </nav>
  `;
}

const isTyping = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The groups with the actions whose name, key, aliases or description have every word of the query, the best matches first. */
export function foundIn(catalogue, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const titles = Object.fromEntries(catalogue.groups.map((group) => [group.key, group.title]));
  const scores = new Map(catalogue.actions.map((action) => [action, scoreOf(action, words, titles[action.group])]));
  const score = (action) => scores.get(action);
  const groups = catalogue.groups.map((group) => {
    const members = catalogue.actions.filter((action) => action.group === group.key && score(action) < NO_MATCH);
    return { ...group, actions: members.sort((one, other) => score(one) - score(other)) };
  });
  const best = (group) => score(group.actions[0]);
  return groups.filter((group) => group.actions.length > 0).sort((one, other) => best(one) - best(other));
}

const NO_MATCH = 3;

/** 0 where each word begins a word of the name, 1 where the name holds it, 2 where anything else does. */
function scoreOf(action, words, group) {
  const name = action.summary.toLowerCase();
  const all = `${name} ${action.key} ${action.operationId} ${action.about} ${action.aliases.join(" ")} ${group}`.toLowerCase();
  if (words.every((word) => ` ${name}`.includes(` ${word}`))) return 0;
  if (words.every((word) => name.includes(word))) return 1;
  return words.every((word) => all.includes(word)) ? 2 : NO_MATCH;
}
