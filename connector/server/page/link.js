// A link to an action with its inputs filled in. It stands in the URL's fragment, which is never sent to a server.

/** `#send_message` or `#send_message?{"user_id":"ada"}`, percent-encoded. Secrets must have been left out. */
export function linkTo(key, inputs = null) {
  const start = `#${encodeURIComponent(key)}`;
  return inputs && Object.keys(inputs).length > 0 ? `${start}?${encodeURIComponent(JSON.stringify(inputs))}` : start;
}

/** The action and the inputs of a fragment; the action is empty for the start, the inputs null where there are none. */
export function readLink(fragment) {
  const [key, ...rest] = fragment.replace(/^#/, "").split("?");
  return { key: decode(key) ?? "", inputs: rest.length > 0 ? parsed(decode(rest.join("?"))) : null };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
