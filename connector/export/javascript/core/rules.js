'use strict';
// Checking inputs against the rules across their fields: `dependentRequired` and `x-rules`.
//
// docs/rules.md defines what each rule means, for every language the same. Values are looked at only where JSON Schema
// found nothing wrong with them.

const { fieldsOf, resolve, typesOf } = require('./field');
const { isObject, isSame } = require('./json');
const say = require('./rule_messages');

// One object that rules are about: the inputs as a whole, or a row.
class Form {
  // root: the schema of the whole inputs. wrong: paths of values in which something is wrong by itself.
  constructor(root, fields, values, wrong, path = '', labels = []) {
    Object.assign(this, { root, fields, values, wrong, path, labels });
  }

  has(name) {
    return Object.hasOwn(this.values, name);
  }

  filled(names) {
    return names.filter((name) => this.has(name));
  }

  // Whether the field is filled in, and neither it nor anything inside it is wrong.
  usable(name) {
    return this.has(name) && !this.wrong.has(this.path + name);
  }

  field(name) {
    return Object.hasOwn(this.fields, name) ? resolve(this.root, this.fields[name]) : {};
  }

  title(name) {
    return this.field(name).title || name;
  }

  titles(names) {
    return names.map((name) => this.title(name));
  }

  // Whether the field is true or false and nothing else.
  isSwitch(name) {
    return typesOf(this.field(name)).join() === 'boolean';
  }

  problem(name, rule, message, hint = '') {
    return { field: this.path + name, rule, message: say.place(this.labels) + message, hint };
  }

  missing(name, when, hint) {
    const message = say.required([[this.title(name)]], when, { isSwitch: this.isSwitch(name) });
    return this.problem(name, 'required', message, hint);
  }
}

// What the rules find in normalized inputs, each problem once. wrong: the fields of the problems that were found before.
function ruleProblems(schema, values, wrong) {
  const around = new Set(wrong.flatMap(wayTo));
  const first = new Map();
  for (const problem of ofObject(schema, new Form(schema, schema.properties, values, around))) {
    const key = JSON.stringify([problem.field, problem.rule]);
    if (!first.has(key)) first.set(key, problem);
  }
  return [...first.values()];
}

// A path, and each one that leads to it.
const wayTo = (path) => [...[...path.matchAll(/[.[]/g)].map((sign) => path.slice(0, sign.index)), path];

function* ofObject(declared, form) {
  for (const [name, needed] of Object.entries(declared.dependentRequired || {})) {
    if (!form.has(name)) continue;
    for (const other of needed) if (!form.has(other)) yield form.missing(other, say.isFilled(form.title(name)), '');
  }
  for (const rule of declared['x-rules'] || []) {
    const trigger = rule.if ? triggerOf(rule.if, form) : '';
    if (trigger !== null) yield* KINDS[rule.kind](rule, form, trigger, rule.hint || '');
  }
  for (const [name] of fieldsOf(declared)) {
    if (!form.has(name)) continue;
    yield* inside(form, form.field(name), form.values[name], form.path + name, [...form.labels, form.title(name)]);
  }
}

function* inside(form, field, value, path, labels) {
  if (isObject(value) && field.properties) {
    yield* ofObject(field, new Form(form.root, field.properties, value, form.wrong, `${path}.`, labels));
  } else if (Array.isArray(value) && field.items) {
    const row = resolve(form.root, field.items);
    for (const [place, inner] of value.entries()) {
      yield* inside(form, row, inner, `${path}[${place}]`, [...labels, `row ${place + 1}`]);
    }
  }
}

// What makes a condition hold, in words; null when nothing does.
function triggerOf({ filled = [], values = {}, several = [] }, form) {
  const [first] = form.filled(filled);
  if (first !== undefined) return say.isFilled(form.title(first));
  for (const [name, listed] of Object.entries(values)) {
    if (form.usable(name) && isAmong(form.values[name], listed)) return say.hasValue(form.title(name), form.values[name]);
  }
  const long = several.find((name) => form.usable(name) && Array.isArray(form.values[name]) && form.values[name].length > 1);
  return long === undefined ? null : say.hasSeveral(form.title(long));
}

const KINDS = {
  choice: ofChoice,
  variant: ofVariant,
  requires: (rule, form, trigger, hint) =>
    complete({ required: rule.fields, atLeastOneOf: rule.atLeastOneOf }, form, trigger, hint, rule.noun),
  together: function* together({ fields }, form, _, hint) {
    const [first] = form.filled(fields);
    if (first === undefined) return;
    for (const name of fields) if (!form.has(name)) yield form.missing(name, say.isFilled(form.title(first)), hint);
  },
  same: function* same({ fields }, form, _, hint) {
    const [first, ...others] = fields.filter((name) => form.usable(name));
    const other = others.find((name) => !isSame(form.values[name], form.values[first]));
    if (other === undefined) return;
    yield form.problem(other, 'conflict', say.mustBeSame(form.title(first), form.title(other)), hint);
  },
  alike: ofAlike,
};

// What a group of fields asks for and does not have.
function* complete({ required = [], atLeastOneOf = [] }, form, when, hint, noun = '') {
  for (const name of required) if (!form.has(name)) yield form.missing(name, when, hint);
  if (!atLeastOneOf.length || form.filled(atLeastOneOf).length) return;
  const asked = form.titles(atLeastOneOf).map((title) => [title]);
  const isSwitch = asked.length === 1 && form.isSwitch(atLeastOneOf[0]);
  yield form.problem(atLeastOneOf[0], 'required', say.required(asked, when, { noun, isSwitch }), hint);
}

const isComplete = (group, form) => complete(group, form, '', '').next().done;

// The fields of all groups, each once.
const namesOf = (groups) => [...new Set(groups.flatMap((group) => group.fields || []))];

function* ofChoice(rule, form, trigger, hint) {
  const { options } = rule;
  const filled = form.filled(namesOf(options));
  const isOwn = (name) => options.filter((option) => option.fields.includes(name)).length === 1;
  const marked = options
    .map((option) => [option, form.filled(option.fields).filter(isOwn)])
    .filter(([, own]) => own.length);
  if (marked.length > 1) {
    const naming = marked.map(([option, own]) => namingOf(option, own));
    yield form.problem(naming[1][0], 'conflict', say.notBoth(naming.map((names) => form.titles(names))), hint);
    return;
  }
  if (!marked.length) {
    yield* unmarked(rule, form, trigger, filled, hint);
    return;
  }
  const [[option, own]] = marked;
  const others = form.titles(namingOf(option, own));
  for (const name of filled) {
    if (option.fields.includes(name)) continue;
    yield form.problem(name, 'conflict', say.cannotBeUsedWith(form.title(name), others), hint);
  }
  yield* complete(option, form, say.isFilled(form.title(form.filled(option.fields)[0])), hint);
}

// The filled fields that a message calls a marked option by.
function namingOf({ required = [], atLeastOneOf = [] }, own) {
  const needed = own.filter((name) => required.includes(name) || atLeastOneOf.includes(name));
  return needed.length ? needed : own.slice(0, 1);
}

// What an option asks for and does not have: `required` together, else each of `atLeastOneOf`, else each of its fields.
function missingOf({ fields, required = [], atLeastOneOf = [] }, form) {
  const absent = (names) => names.filter((name) => !form.has(name));
  const together = absent(required);
  if (together.length) return [together];
  return absent(atLeastOneOf.length ? atLeastOneOf : fields).map((name) => [name]);
}

// A choice of which no option's own field is filled in; fields that several options share may be.
function* unmarked(rule, form, trigger, filled, hint) {
  const candidates = rule.options.filter((option) => filled.every((name) => option.fields.includes(name)));
  if (filled.length && !candidates.length) {
    const [first, ...others] = filled;
    const beside = namesOf(rule.options.filter((option) => option.fields.includes(first)));
    const name = others.find((other) => !beside.includes(other)) ?? others[others.length - 1];
    yield form.problem(name, 'conflict', say.cannotBeUsedWith(form.title(name), [form.title(first)]), hint);
    return;
  }
  if (filled.length ? candidates.some((option) => isComplete(option, form)) : !rule.required) return;
  const when = filled.length ? say.isFilled(form.title(filled[0])) : trigger;
  const [[target]] = missingOf(candidates.find((option) => option.default) || candidates[0], form);
  const titles = candidates.flatMap((option) => missingOf(option, form)).map((names) => form.titles(names));
  let asked = [...new Map(titles.map((item) => [JSON.stringify(item), item])).values()];
  if (asked.length > say.MOST_ITEMS) {
    asked = [...asked.slice(0, say.MOST_ITEMS), [`another ${rule.noun || `option of ${rule.title}`}`]];
  }
  const isSwitch = asked.length === 1 && form.isSwitch(target);
  const noun = filled.length ? '' : rule.noun;
  yield form.problem(target, 'required', say.required(asked, when, { noun, isSwitch }), hint);
}

function* ofVariant(rule, form, _, hint) {
  if (!form.usable(rule.field)) return;
  const value = form.values[rule.field];
  const variant = rule.variants.find((one) => isAmong(value, one.values));
  if (!variant) return;
  const when = say.hasValue(form.title(rule.field), value);
  for (const name of form.filled(namesOf(rule.variants))) {
    if ((variant.fields || []).includes(name)) continue;
    yield form.problem(name, 'conflict', say.notUsed(form.title(name), when), hint);
  }
  yield* complete(variant, form, when, hint);
}

function* ofAlike(rule, form, _, hint) {
  const rows = form.values[rule.field];
  const { items } = form.field(rule.field);
  if (!Array.isArray(rows) || !items) return;
  const fields = resolve(form.root, items).properties || {};
  const forms = rows.map((row, place) => {
    const labels = [...form.labels, form.title(rule.field), `row ${place + 1}`];
    return new Form(form.root, fields, isObject(row) ? row : {}, form.wrong, `${form.path}${rule.field}[${place}].`, labels);
  });
  const usable = forms.filter((row) => row.usable(rule.by));
  const named = usable.find((row) => isAmong(row.values[rule.by], rule.values));
  const stray = usable.find((row) => !isAmong(row.values[rule.by], rule.values));
  if (!named || !stray) return;
  const message = say.asInRow(stray.title(rule.by), rule.values, forms.indexOf(named) + 1);
  yield stray.problem(rule.by, 'conflict', message, hint);
}

const isAmong = (value, values) => values.some((other) => isSame(value, other));

module.exports = { ruleProblems };
