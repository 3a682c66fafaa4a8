// Server-sent events from the body of a response: fetch can post and send headers, EventSource cannot.

/** Call `onEvent(name, data)` for each event of the stream, whose data is JSON, until it ends. */
export async function readEvents(body, onEvent) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n").split("\n\n");
    rest = parts.pop();
    for (const part of parts) report(part, onEvent);
  }
}

function report(part, onEvent) {
  const fields = { event: "message", data: [] };
  for (const line of part.split("\n")) {
    const [, name, text] = line.match(/^(\w+): ?(.*)$/s) ?? [];
    if (name === "event") fields.event = text;
    if (name === "data") fields.data.push(text);
  }
  if (fields.data.length > 0) onEvent(fields.event, JSON.parse(fields.data.join("\n")));
}
