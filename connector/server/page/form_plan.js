// What a form shows: which fields and choices, in which order, and what is behind “add a field”.

import { namesOf, resolve, titleOf } from "./schema.js";
import { choicesIn, fieldsOf, hiddenBy, isNested, leading, pickedOption } from "./rules.js";

const FEW = 6;

/**
 * @param schema The inputs of an action, or of a row.
 * @param wrong Names of fields with a problem; they are always shown.
 * @returns {{items: object[], addable: object[]}} Items are {kind: "field", name, removable} and {kind: "choice", rule, option,
 *   items, addable}; `addable` is [{title, names}], groups of what can be added.
 */
export function planOf(schema, root, draft, wrong) {
  const view = new View(schema, root, draft, wrong);
  const items = view.itemsOf(namesOf(schema), null);
  return { items, addable: view.addable(namesOf(schema).filter((name) => !view.inChoice.has(name)), true) };
}

class View {
  constructor(schema, root, draft, wrong) {
    Object.assign(this, { schema, root, draft, wrong });
    this.rules = choicesIn(schema);
    this.hidden = hiddenBy(schema, draft);
    this.leading = leading(schema, draft);
    this.required = new Set(schema.required ?? []);
    this.fields = Object.fromEntries(namesOf(schema).map((name) => [name, resolve(schema.properties[name], root)]));
    this.plain = Object.values(this.fields).every((field) => field["x-ms-visibility"] === undefined);
    const outer = this.rules.filter((rule) => !this.rules.some((other) => isNested(rule, other)));
    this.drawn = outer.filter((rule) => this.isDrawn(rule));
    this.inChoice = new Set(outer.flatMap(fieldsOf));
  }

  isDrawn(rule) {
    const names = fieldsOf(rule);
    if (rule.required && !rule.if) return true;
    if (this.draft.added.includes(`choice ${rule.key}`) || rule.key in this.draft.chosen) return true;
    return names.some((name) => this.isImportant(name) || this.isKept(name));
  }

  isImportant(name) {
    const few = this.plain && namesOf(this.schema).length <= FEW;
    return this.required.has(name) || this.fields[name]["x-ms-visibility"] === "important" || few;
  }

  isKept(name) {
    return this.draft.added.includes(name) || this.wrong.has(name);
  }

  isShown(name) {
    if (this.fields[name]["x-ms-visibility"] === "internal") return false;
    return !this.hidden.has(name) && (this.isImportant(name) || this.leading.has(name) || this.isKept(name));
  }

  /** The fields of these names in order, with each choice at the place of its first field. */
  itemsOf(names, inside) {
    const items = [];
    const done = new Set();
    for (const name of names) {
      const rule = this.ruleAt(name, inside);
      if (rule === null) {
        if (this.isShown(name)) items.push({ kind: "field", name, removable: !this.isImportant(name) && !this.leading.has(name) });
      } else if (!done.has(rule)) {
        done.add(rule);
        if (inside || this.drawn.includes(rule)) items.push(this.choice(rule));
      }
    }
    return items;
  }

  ruleAt(name, inside) {
    const candidates = inside
      ? this.rules.filter((rule) => isNested(rule, inside))
      : this.rules.filter((rule) => !this.rules.some((other) => isNested(rule, other)));
    return candidates.find((rule) => fieldsOf(rule).includes(name)) ?? null;
  }

  choice(rule) {
    const option = pickedOption(rule, this.draft);
    const names = option?.fields ?? [];
    const strays = fieldsOf(rule).filter((name) => !names.includes(name) && this.isShown(name));
    const direct = names.filter((name) => this.ruleAt(name, rule) === null);
    return { kind: "choice", rule, option, items: this.itemsOf([...names, ...strays], rule), addable: this.addable(direct, false) };
  }

  addable(names, outer) {
    const free = names.filter((name) => {
      return !this.isShown(name) && !this.hidden.has(name) && this.fields[name]["x-ms-visibility"] !== "internal";
    });
    const choices = outer
      ? this.rules.filter((rule) => !this.drawn.includes(rule) && !this.rules.some((other) => isNested(rule, other)))
      : [];
    const groups = grouped(free, (name) => titleOf(this.fields[name], name));
    return [...groups, ...choices.map((rule) => ({ title: rule.title, choice: rule, names: [] }))];
  }
}

/** Names in groups of a common “Prefix:” or first word, in order; those that stand alone come first, without a title. */
export function grouped(names, title) {
  const prefix = (name) => (title(name).includes(": ") ? title(name).split(": ")[0] : title(name).split(" ")[0]);
  const counts = new Map();
  names.forEach((name) => counts.set(prefix(name), (counts.get(prefix(name)) ?? 0) + 1));
  const groups = new Map([["", []]]);
  for (const name of names) {
    const key = counts.get(prefix(name)) > 1 || title(name).includes(": ") ? prefix(name) : "";
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].filter(([, members]) => members.length > 0).map(([key, members]) => ({ title: key, names: members }));
}
