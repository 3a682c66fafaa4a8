// What the rules across fields mean for a form: which option of a choice is picked, and which fields it hides.

export const choicesIn = (schema) => (schema["x-rules"] ?? []).filter((rule) => rule.kind === "choice");

const variantsIn = (schema) => (schema["x-rules"] ?? []).filter((rule) => rule.kind === "variant");

export const fieldsOf = (rule) => [...new Set((rule.options ?? rule.variants).flatMap((option) => option.fields ?? []))];

const asks = (option) => [...(option.required ?? []), ...(option.atLeastOneOf ?? [])];

/** The option that these filled-in fields mean: the first with a field of its own among them, else the first that has them all. */
export function optionFor(rule, filled) {
  const used = fieldsOf(rule).filter((name) => filled.includes(name));
  if (used.length === 0) return null;
  const own = (option) =>
    option.fields.filter((name) => rule.options.every((other) => other === option || !other.fields.includes(name)));
  const marked = rule.options.find((option) => own(option).some((name) => used.includes(name)));
  return marked ?? rule.options.find((option) => used.every((name) => option.fields.includes(name))) ?? rule.options[0];
}

/** The option that the form shows; null for none. */
export function pickedOption(rule, draft) {
  const chosen = draft.chosen[rule.key];
  if (chosen === "") return null;
  const fallback = rule.required ? rule.options.find((option) => option.default) ?? rule.options[0] : null;
  return rule.options.find((option) => option.key === chosen) ?? fallback;
}

/** The variant that the value of its field picks; undefined while it is not decided. */
export const pickedVariant = (rule, draft) => rule.variants.find((variant) => variant.values.includes(draft.values[rule.field]));

/** Whether the second choice is about fields of one option of the first, and so is drawn inside it. */
export const isNested = (inner, outer) =>
  inner !== outer && outer.options.some((option) => fieldsOf(inner).every((name) => option.fields.includes(name)));

/** The fields that are neither shown nor sent, because another option or another variant is picked. */
export function hiddenBy(schema, draft) {
  const hidden = new Set();
  for (const rule of choicesIn(schema)) {
    const option = pickedOption(rule, draft);
    fieldsOf(rule).forEach((name) => option?.fields.includes(name) || hidden.add(name));
  }
  for (const rule of variantsIn(schema)) {
    const variant = pickedVariant(rule, draft);
    const waits = !variant && (schema.required ?? []).includes(rule.field) && !draft.values[rule.field];
    if (variant || waits) fieldsOf(rule).forEach((name) => variant?.fields?.includes(name) || hidden.add(name));
  }
  draft.added.forEach((name) => hidden.delete(name));
  return hidden;
}

/** The choice that hides a field, by another option or by none; undefined where the field is not hidden by one. */
export const choiceHiding = (schema, draft, name) =>
  hiddenBy(schema, draft).has(name) ? choicesIn(schema).find((rule) => fieldsOf(rule).includes(name)) : undefined;

/** A draft after another option was picked: what was typed for the old one is kept, but no longer forced to be shown. */
export function pick(rule, draft, key) {
  const option = rule.options.find((each) => each.key === key);
  const leaves = fieldsOf(rule).filter((name) => !option?.fields.includes(name));
  return { ...draft, chosen: { ...draft.chosen, [rule.key]: key }, added: draft.added.filter((name) => !leaves.includes(name)) };
}

/** A draft after the deciding field of variants has changed: fields of another variant are no longer forced to be shown. */
export function decided(schema, draft, name) {
  let added = draft.added;
  for (const rule of variantsIn(schema)) {
    const variant = rule.field === name && pickedVariant(rule, draft);
    if (variant) added = added.filter((each) => !fieldsOf(rule).includes(each) || variant.fields?.includes(each));
  }
  return { ...draft, added };
}

/** The fields that a picked option or variant shows at once: what it asks for, or all of them when they are few. */
export function leading(schema, draft) {
  const shown = new Set();
  const picked = [
    ...choicesIn(schema).map((rule) => pickedOption(rule, draft)),
    ...variantsIn(schema).map((rule) => pickedVariant(rule, draft)),
  ];
  for (const option of picked.filter(Boolean)) {
    const fields = option.fields ?? [];
    const first = asks(option);
    (first.length > 0 ? first : fields.length <= 6 ? fields : fields.slice(0, 1)).forEach((name) => shown.add(name));
  }
  return shown;
}
