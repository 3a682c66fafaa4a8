// What every field of a form needs to know, however deep it is.

import { createContext, useContext } from "./vendor/preact-htm.js";

/**
 * {root, problemsAt(path), wrongIn(path, names), touch(path), choicesOf(schema, name, refresh)}: the schema with the `$defs`, the
 * problems to show at a path, which fields of the object at a path have one, and what a drop-down lists.
 */
export const FormContext = createContext(null);

export const useForm = () => useContext(FormContext);

export const idOf = (path) => `field-${path}`;

/** Move the focus to the control of a path, or to the nearest that there is around it. */
export function focusField(path) {
  for (let at = path; at; at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0))) {
    const found = document.getElementById(idOf(at));
    if (found) {
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
      return true;
    }
  }
  return false;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
