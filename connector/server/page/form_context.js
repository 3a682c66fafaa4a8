// What every field of a form needs to know, however deep it is.

import { createContext, useContext, useLayoutEffect, useRef } from "./vendor/preact-htm.js";

/**
 * {root, problemsAt(path), wrongIn(path, names), touch(path), basisOf(schema), choicesOf(schema, name, refresh)}: the schema with the `$defs`, the
 * problems to show at a path, which fields of the object at a path have one, what the choices of a field depend on, and what they are.
 */
export const FormContext = createContext(null);

export const useForm = () => useContext(FormContext);

/** The id of a path's control. References to ids are separated by spaces, so there is none in it. */
export const idOf = (path) => `field-${path.replace(/\s/g, "\u00a0")}`;

/** Move the focus to the control of a path, or to the nearest that there is around it. */
export function focusField(path) {
  for (let at = path; at; at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0))) {
    const found = document.getElementById(idOf(at)) ?? document.querySelector(`[data-stands-for~="${CSS.escape(idOf(at))}"]`);
    if (found) {
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
      return true;
    }
  }
  return false;
}

/** `then(callback)` calls back once, when what was changed is on the page. */
export function useThen() {
  const waiting = useRef(null);
  useLayoutEffect(() => {
    const callback = waiting.current;
    waiting.current = null;
    callback?.();
  });
  return (callback) => (waiting.current = callback);
}

/** Call back once no button is pressed: a problem that appears in between would move what is being clicked. */
export function afterPress(callback) {
  if (!pressed) return callback();
  addEventListener("pointerup", () => setTimeout(callback, 0), { once: true });
}

let pressed = false;
if (typeof addEventListener === "function") {
  addEventListener("pointerdown", () => (pressed = true), true);
  ["pointerup", "pointercancel"].forEach((name) => addEventListener(name, () => (pressed = false), true));
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
