// A drop-down with search that takes free text too: the editable combobox of the ARIA Authoring Practices.

import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";

/** `load(refresh)` promises {choices: [{value, label}], complete}; it is called on the first focus, by “Refresh”, and again when `basis` has changed. */
export function Combobox({ value, change, aria, placeholder, title, basis, load }) {
  const [open, setOpen] = useState(false);
  const [searching, setSearching] = useState(false);
  const [active, setActive] = useState(-1);
  const [state, setState] = useState({ choices: [], more: false, loading: false, error: "", loaded: false });
  const input = useRef(null);
  const box = useRef(null);
  const listId = `${aria.id ?? title}-list`;
  const query = String(value).trim().toLowerCase();
  const found = searching && query ? state.choices.filter((choice) => matches(choice, query)) : state.choices;
  const known = state.choices.find((choice) => choice.value === value);

  async function fetchChoices(refresh = false) {
    if (state.loading || (state.loaded && !refresh)) return;
    setState((old) => ({ ...old, loading: true, error: "" }));
    try {
      const { choices, complete } = await load(refresh);
      setState({ choices, more: complete === false, loading: false, error: "", loaded: true });
    } catch (error) {
      setState((old) => ({ ...old, loading: false, error: error.message }));
    }
  }

  useEffect(() => setState((old) => ({ ...old, loaded: false, choices: [], error: "" })), [basis]);

  useEffect(() => {
    const leave = (event) => box.current?.contains(event.target) || setOpen(false);
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, []);

  useEffect(() => {
    if (open) document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [open, active]);

  const show = () => (setOpen(true), fetchChoices());
  const hide = () => (setOpen(false), setSearching(false), setActive(-1));
  const take = (choice) => (change(choice.value), hide(), input.current?.focus());
  const move = (step) => setActive((now) => (found.length === 0 ? -1 : (now + step + found.length + (now < 0 && step < 0 ? 1 : 0)) % found.length));

  function keys(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) show();
      if (!event.altKey) move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open && active >= 0 && found[active]) {
      event.preventDefault();
      take(found[active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      hide();
    } else if (event.key === "Tab") hide();
  }

  return html`
    <div class="combobox" ref=${box}>
      <div class="with-button">
        <input
          ...${aria}
          ref=${input}
          type="text"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded=${open ? "true" : "false"}
          aria-controls=${listId}
          aria-activedescendant=${open && active >= 0 ? `${listId}-${active}` : undefined}
          value=${value}
          placeholder=${placeholder}
          autocomplete="off"
          spellcheck="false"
          onFocus=${() => fetchChoices()}
          onClick=${show}
          onKeyDown=${keys}
          onInput=${(event) => (change(event.target.value), setSearching(true), setActive(-1), show())}
        />
        <button type="button" class="quiet" tabindex="-1" aria-label=${`Choices of ${title}`} onClick=${() => (open ? hide() : (input.current.focus(), show()))}>
          <${Icon} name="chevron" />
        </button>
      </div>
      ${known && known.label !== known.value && html`<span class="chosen">${known.label}</span>`}
      <div class="popup" hidden=${!open}>
        <ul role="listbox" id=${listId} aria-label=${title} class="options">
          ${found.map(
            (choice, index) => html`
              <li
                role="option"
                id=${`${listId}-${index}`}
                key=${choice.value}
                aria-selected=${choice.value === value ? "true" : "false"}
                class=${index === active ? "active" : ""}
                onPointerDown=${(event) => event.preventDefault()}
                onClick=${() => take(choice)}
              >
                <span>${choice.label}</span>${choice.label !== choice.value && html`<code>${choice.value}</code>`}
              </li>
            `,
          )}
        </ul>
        <div class="popup-foot">
          <span role="status">${statusOf(state, found, query)}</span>
          <button type="button" class="quiet small" aria-label=${`Refresh the choices of ${title}`} onPointerDown=${(event) => event.preventDefault()} onClick=${() => fetchChoices(true)}><${Icon} name="refresh" size="14" /> Refresh</button>
        </div>
      </div>
    </div>
  `;
}

const matches = (choice, query) => choice.label.toLowerCase().includes(query) || choice.value.toLowerCase().includes(query);

function statusOf(state, found, query) {
  if (state.loading) return "Loading…";
  if (state.error) return state.error;
  if (!state.loaded) return "";
  const only = state.more ? `Only the first ${state.choices.length} are listed; any other ID can be typed.` : "";
  if (found.length === 0) return only || (query ? "No match. What you typed is used as it is." : "There is nothing to choose from yet.");
  return only || `${found.length} of ${state.choices.length}`;
}
