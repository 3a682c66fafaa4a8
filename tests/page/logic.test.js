// The page's own logic, without a browser: forms to inputs and back, and values as people read them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { contrast, parseColor, readableOn } from "./page/accent.js";
import { foundIn } from "./page/action_list.js";
import { asTemplates } from "./page/batch_texts.js";
import { draftOf, emptyDraft, problemsByPath, shownPath, toInputs } from "./page/draft.js";
import { readEvents } from "./page/events.js";
import { grouped, planOf } from "./page/form_plan.js";
import * as format from "./page/format.js";
import { partsOf } from "./page/highlight.js";
import { forget, readHistory, remember } from "./page/history.js";
import { linkTo, readLink } from "./page/link.js";
import { pick, pickedOption } from "./page/rules.js";
import { kindOf, labelOf, resolve, typeName, withoutSecrets } from "./page/schema.js";
import { firstAction } from "./page/welcome.js";

const catalogue = JSON.parse(readFileSync(process.env.CATALOGUE, "utf8"));
const actions = Object.fromEntries(catalogue.actions.map((action) => [action.key, action]));
const send = actions.send_message.inputs;
const rule = (schema, key) => schema["x-rules"].find((each) => each.key === key);
const shown = (schema, draft, wrong = []) => flat(planOf(schema, schema, draft, new Set(wrong)).items);
const flat = (items) => items.flatMap((item) => (item.kind === "choice" ? [`(${item.rule.key})`, ...flat(item.items)] : [item.name]));
const filled = (values) => ({ ...emptyDraft(), values });

test("every example survives being opened in the form", () => {
  for (const action of catalogue.actions) {
    for (const example of action.examples.filter((each) => each.error?.code !== "input")) {
      const { inputs, faults } = toInputs(action.inputs, draftOf(action.inputs, action.inputs, example.inputs));
      assert.deepEqual(faults, [], action.key);
      assert.deepEqual(sorted(inputs), sorted(withoutEmpty(example.inputs)), `${action.key}: ${example.title}`);
    }
  }
});

const sorted = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
    : Array.isArray(value)
      ? value.map(sorted)
      : value;

const withoutEmpty = (inputs) => Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));

test("an untouched form sends nothing, whatever the action", () => {
  for (const action of catalogue.actions) assert.deepEqual(toInputs(action.inputs, emptyDraft()).inputs, {}, action.key);
});

test("a form starts with its choices and important fields only", () => {
  assert.deepEqual(shown(send, emptyDraft()), ["(send_to)", "user_id", "email", "phone_number", "(message)", "title", "body", "data"]);
});

test("another option shows its own fields, with the choices inside it", () => {
  const slack = pick(rule(send, "send_to"), emptyDraft(), "slack");
  assert.deepEqual(shown(send, slack).slice(0, 4), ["(send_to)", "slack_access_token", "(slack_target)", "slack_channel"]);
  const person = pick(rule(send, "slack_target"), slack, "user");
  assert.ok(shown(send, person).includes("slack_user_id"));
  assert.ok(!shown(send, person).includes("slack_channel"));
});

test("what was typed for another option is kept, but neither shown nor sent", () => {
  const typed = filled({ user_id: "ada", list_id: "news" });
  const list = pick(rule(send, "send_to"), typed, "list");
  assert.deepEqual(toInputs(send, list).inputs, { list_id: "news" });
  assert.deepEqual(toInputs(send, pick(rule(send, "send_to"), list, "person")).inputs, { user_id: "ada" });
});

test("inputs that mix options stay visible, so that their conflict can be seen", () => {
  const draft = draftOf(send, send, { user_id: "ada", list_id: "news", title: "Hi", body: "There" });
  assert.equal(pickedOption(rule(send, "send_to"), draft).key, "person");
  assert.ok(shown(send, draft).includes("list_id"));
  assert.deepEqual(toInputs(send, draft).inputs, { user_id: "ada", list_id: "news", title: "Hi", body: "There" });
});

test("a variant shows the fields of its value and hides those of the others", () => {
  const element = resolve(send.properties.elements.items, send);
  const names = (type) => flat(planOf(element, send, filled({ type }), new Set()).items);
  assert.deepEqual(names(""), ["type"]);
  assert.deepEqual(names("image"), ["type", "src"]);
  assert.deepEqual(names("divider").includes("src"), false);
});

test("a wrong field is shown even if it is advanced", () => {
  assert.ok(!shown(send, emptyDraft()).includes("trace_id"));
  assert.ok(shown(send, emptyDraft(), ["trace_id"]).includes("trace_id"));
});

test("rows keep the number that people see while others are empty", () => {
  const rows = [{ id: 1, value: emptyDraft() }, { id: 2, value: filled({ user_id: "ada" }) }, { id: 3, value: emptyDraft() }, { id: 4, value: filled({ email: "g" }) }];
  const draft = pick(rule(send, "send_to"), filled({ recipients: rows }), "several");
  const { inputs, places } = toInputs(send, draft);
  assert.deepEqual(inputs.recipients, [{ user_id: "ada" }, { email: "g" }]);
  assert.equal(shownPath("recipients[1].email", places), "recipients[3].email");
  assert.equal(shownPath("recipients[1].unknown", places), "recipients[3]");
  const found = problemsByPath([{ field: "recipients[0].user_id", message: "Wrong." }], places);
  assert.deepEqual([...found.keys()], ["recipients[1].user_id"]);
});

test("an empty row that needs something is sent, so that the problem is reported", () => {
  const schema = actions.run_ad_hoc_automation.inputs;
  const draft = filled({ steps: [{ id: 1, value: emptyDraft() }] });
  assert.deepEqual(toInputs(schema, draft).inputs.steps, [{}]);
});

test("numbers are sent as numbers, and anything else as it was typed", () => {
  const sent = (text) => toInputs(send, { ...filled({ timeout_message: text }), added: ["timeout_message"] }).inputs.timeout_message;
  assert.equal(sent("3600000"), 3600000);
  assert.equal(sent(" 5 "), 5);
  assert.equal(sent("five"), "five");
  assert.equal(sent("1.5"), "1.5");
  assert.equal(sent("99999999999999999999"), "99999999999999999999");
});

test("a phone number and a code with a leading zero stay texts", () => {
  const sent = toInputs(send, filled({ phone_number: "+14155550123", user_id: "007" })).inputs;
  assert.deepEqual(sent, { phone_number: "+14155550123", user_id: "007" });
});

test("what is kept when empty is sent empty only when asked to", () => {
  const schema = { type: "object", properties: { note: { type: "string", "x-keep-empty": true }, tags: { type: "array", items: { type: "string" }, "x-keep-empty": true } } };
  assert.deepEqual(toInputs(schema, emptyDraft()).inputs, {});
  assert.deepEqual(toInputs(schema, { ...emptyDraft(), emptied: ["note", "tags"] }).inputs, { note: "", tags: [] });
  assert.deepEqual(toInputs(schema, draftOf(schema, schema, { note: "", tags: [] })).inputs, { note: "", tags: [] });
});

test("an object of free names is a table of texts, or JSON where values are not texts", () => {
  const one = draftOf(send, send, { data: { order: "1042" } });
  assert.equal(one.values.data[0].key, "order");
  const other = draftOf(send, send, { data: { order: { id: 1042 } } });
  assert.equal(typeof other.values.data, "string");
  assert.deepEqual(toInputs(send, other).inputs.data, { order: { id: 1042 } });
});

test("names and JSON that cannot be sent are reported at their field", () => {
  const twice = [{ id: 1, key: "a", value: "1" }, { id: 2, key: "a", value: "2" }];
  assert.deepEqual(toInputs(send, filled({ data: twice })).faults, [{ path: "data", message: "The name “a” is there twice." }]);
  assert.deepEqual(toInputs(send, filled({ data: [{ id: 1, key: "", value: "1" }] })).faults, [{ path: "data", message: "Give every value a name." }]);
  assert.deepEqual(toInputs(send, filled({ data: "{" })).faults, [{ path: "data", message: "This is not valid JSON." }]);
});

test("a name such as __proto__ is data", () => {
  const { inputs } = toInputs(send, filled({ data: [{ id: 1, key: "constructor", value: "x" }] }));
  assert.deepEqual(Object.entries(inputs.data), [["constructor", "x"]]);
  const draft = filled({ data: [{ id: 1, key: "__proto__", value: "x" }] });
  assert.equal(JSON.stringify(toInputs(send, draft).inputs.data), '{"__proto__":"x"}');
});

test("secrets are taken out at any depth, and nothing else", () => {
  const inputs = { slack_access_token: "xoxb-1", slack_channel: "c", webhook_headers: [{ name: "Authorization", value: "Bearer 1" }], recipients: [{ slack_access_token: "xoxb-2", slack_channel: "d" }] };
  const kept = withoutSecrets(send, send, inputs);
  assert.deepEqual(kept, { slack_channel: "c", webhook_headers: [{ name: "Authorization" }], recipients: [{ slack_channel: "d" }] });
  assert.equal(inputs.slack_access_token, "xoxb-1");
});

test("every field of every action has a control of its own kind", () => {
  const kinds = new Set();
  const walk = (schema, root, seen) => {
    const own = resolve(schema, root);
    if (seen.has(JSON.stringify(schema))) return;
    seen.add(JSON.stringify(schema));
    kinds.add(kindOf(own, root));
    Object.values(own.properties ?? {}).forEach((field) => walk(field, root, seen));
    if (own.items) walk(own.items, root, seen);
  };
  for (const { inputs } of catalogue.actions) Object.values(inputs.properties).forEach((field) => walk(field, inputs, new Set()));
  for (const kind of ["secret", "choices", "select", "yes-no", "number", "line", "text", "rows", "list", "map", "text-or-group"]) assert.ok(kinds.has(kind), kind);
  assert.equal(kindOf({ type: "string", format: "binary" }, {}), "file");
  assert.equal(kindOf({ type: ["string", "object", "array"] }, {}), "json");
});

test("fields to add are grouped by what their labels share", () => {
  const titles = { a: "Slack: Channel", b: "Delay Until", c: "Tags", d: "Delay Duration" };
  const groups = grouped(Object.keys(titles), (name) => titles[name]);
  assert.deepEqual(groups, [{ title: "", names: ["c"] }, { title: "Slack", names: ["a"] }, { title: "Delay", names: ["b", "d"] }]);
});

test("labels of paths name the row that people see", () => {
  assert.equal(labelOf(send, "recipients[1].email"), "Recipients, row 2, Email");
  assert.equal(labelOf(send, ""), "The inputs");
});

test("search finds actions by every word, the best group first", () => {
  const index = { ...catalogue, actions: catalogue.actions.map((action) => ({ ...action, about: action.description, aliases: action.aliases ?? [] })) };
  assert.deepEqual(foundIn(index, "send message")[0].actions.slice(0, 2).map((action) => action.key), ["send_message", "resend_message"]);
  assert.equal(foundIn(index, "delete_list")[0].actions[0].key, "delete_list");
  assert.equal(foundIn(index, "FCM")[0].actions[0].key, "add_push_token");
  assert.deepEqual(foundIn(index, "zebra"), []);
  assert.equal(foundIn(index, "").reduce((sum, group) => sum + group.actions.length, 0), catalogue.actions.length);
});

test("the action to try first does something and destroys nothing", () => {
  assert.equal(firstAction(catalogue).key, "send_message");
  assert.equal(firstAction({ actions: [] }), null);
});

test("links carry inputs in the fragment, and strange fragments open the start", () => {
  const inputs = { title: "100 % “sure”?", body: "a\nb#c" };
  assert.deepEqual(readLink(linkTo("send_message", inputs)), { key: "send_message", inputs });
  assert.deepEqual(readLink(""), { key: "", inputs: null });
  assert.deepEqual(readLink("#send_message?{"), { key: "send_message", inputs: null });
  assert.deepEqual(readLink("#%E0%A4%A"), { key: "", inputs: null });
  assert.deepEqual(readLink('#a?["x"]'), { key: "a", inputs: null });
});

class Storage {
  items = new Map();
  getItem = (key) => this.items.get(key) ?? null;
  setItem = (key, text) => this.items.set(key, text);
  removeItem = (key) => this.items.delete(key);
}

test("history keeps the newest 50 runs, and survives a broken store", () => {
  const storage = new Storage();
  for (let number = 0; number < 60; number += 1) remember("c", { id: String(number), inputs: {} }, storage);
  assert.equal(readHistory("c", storage).length, 50);
  assert.equal(readHistory("c", storage)[0].id, "59");
  storage.setItem("connector-history:c", "{broken");
  assert.deepEqual(readHistory("c", storage), []);
  remember("c", { id: "1", inputs: { body: "x".repeat(300_000) } }, storage);
  assert.equal(readHistory("c", storage).length, 1);
  assert.deepEqual(forget("c", storage), []);
});

test("values read as people write them", () => {
  assert.equal(format.timeText("2026-11-26T10:05:07Z", "en-GB", "UTC"), "26 Nov 2026, 10:05:07");
  assert.equal(format.agoText("2026-11-26T10:00:00Z", Date.parse("2026-11-26T10:02:10Z")), "2 minutes ago");
  assert.equal(format.agoText("2026-11-29T10:00:00Z", Date.parse("2026-11-26T10:00:00Z")), "in 3 days");
  assert.equal(format.durationText(0.0123), "12 ms");
  assert.equal(format.durationText(1.44), "1.4 s");
  assert.equal(format.durationText(125), "2 min 5 s");
  assert.equal(format.plural(1, "row"), "1 row");
  assert.equal(format.plural(1200, "row"), "1,200 rows");
  assert.equal(format.firstSentence("One. Two."), "One.");
  assert.equal(format.cellText([1, 2]), "1, 2");
  assert.ok(format.isTime("2026-11-26T10:05:07.123Z") && !format.isTime("2026-11-26") && !format.isTime("2026-13-45T00:00:00Z"));
  assert.ok(format.isEpoch(1795686103139) && !format.isEpoch(1042) && !format.isEpoch("1795686103139"));
  assert.ok(format.isColor("#9d3789") && !format.isColor("#12345"));
  assert.ok(format.isLink("https://example.com/a") && !format.isLink("javascript:alert(1)"));
  assert.ok(format.isPicture("data:image/png;base64,AA") && !format.isPicture("data:text/html,AA"));
});

test("types read as in the form", () => {
  assert.equal(typeName({ type: ["array", "null"], items: { type: "object", properties: { a: {} } } }, {}), "table");
  assert.equal(typeName({ type: ["string", "integer"] }, {}), "text or whole number");
  assert.equal(typeName({ type: "string", format: "date-time" }, {}), "time");
});

test("highlighting changes no character", () => {
  const text = 'import x  # "note"\nrun("a", {"b": 1.5, "c": \'d\'})\n';
  for (const language of ["code", "json", "shell"]) assert.equal(partsOf(text, language).map(([, part]) => part).join(""), text);
  assert.deepEqual(partsOf('{"a": "b"}', "json").filter(([kind]) => kind), [["key", '"a"'], ["string", '"b"']]);
});

test("the accent can be read on light and dark, whatever the brand's color", () => {
  const paper = [255, 255, 255];
  for (const brand of ["#ffee00", "#000000", "#ffffff", "#6b2fb3", "#00ff88"]) {
    assert.ok(contrast(readableOn(parseColor(brand), paper, [0, 0, 0]), paper) >= 4.6, brand);
    assert.ok(contrast(readableOn(parseColor(brand), [27, 28, 33], paper), [27, 28, 33]) >= 4.6, brand);
  }
  assert.equal(parseColor("purple"), null);
});

test("events are read whole, however the stream is cut", async () => {
  const text = ': waiting\n\nevent: wait\ndata: {"seconds": 1}\n\nevent: result\ndata: {"fields": {"a.b": "ü"}}\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 7, 4096]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size));
    const seen = [];
    await readEvents(ReadableStream.from(chunks), (name, data) => seen.push([name, data]));
    assert.deepEqual(seen, [["wait", { seconds: 1 }], ["result", { fields: { "a.b": "ü" } }]]);
  }
});

test("inputs of the form count for every row of a batch, and only what is typed has columns in it", () => {
  const inputs = { title: "Hi {name}", data: { a: { b: 1 } }, tags: ["x"], delay: 5 };
  assert.deepEqual(asTemplates(inputs), { title: "Hi {name}", data: '{{"a":{{"b":1}}}}', tags: '["x"]', delay: "5" });
});

test("long times are said as people say them", () => {
  const said = { 0.2: "1 s", 59: "59 s", 540: "9 min", 3600: "1 h", 12000: "3 h 20 min", 612000: "7 d 2 h" };
  for (const [seconds, text] of Object.entries(said)) assert.equal(format.spanText(Number(seconds)), text);
});

const archive = {
  type: "object",
  properties: {
    document: { type: "object", title: "Document", "x-file": true, properties: { $content: { type: "string" } } },
    previews: { type: "array", title: "Previews", items: { type: "object", "x-file": true, properties: { $content: { type: "string" } } } },
    title: { type: "string", title: "Title" },
  },
};
const file = { "$content-type": "image/png", $content: "iVBORw0KGgo=", $filename: "cat.png" };

test("a file and a list of files have controls of their own, and survive being opened", () => {
  assert.equal(kindOf(archive.properties.document, archive), "file");
  assert.equal(kindOf(archive.properties.previews, archive), "list");
  assert.equal(typeName(archive.properties.document, archive), "file");
  const inputs = { document: file, previews: [file, { $content: "" }], title: "Hi" };
  const draft = draftOf(archive, archive, inputs);
  assert.equal(draft.values.document.name, "cat.png");
  assert.deepEqual(toInputs(archive, draft).inputs, inputs);
});

test("the history and links hold no files", () => {
  assert.deepEqual(withoutSecrets(archive, archive, { document: file, previews: [file], title: "Hi" }), { previews: [], title: "Hi" });
});

test("a file in a result is told from other objects, and its size is written for people", () => {
  assert.deepEqual([file, { $content: "" }, { a: 1 }, null, "x"].map(format.isFile), [true, false, false, false, false]);
  assert.equal(format.cellText(file), "cat.png");
  assert.deepEqual([1, 999, 24_123, 1_500_000, 2_000_000].map(format.sizeText), ["1 byte", "999 bytes", "24 kB", "1.5 MB", "2 MB"]);
});
