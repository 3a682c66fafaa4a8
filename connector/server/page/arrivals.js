// What a run in the sandbox has made arrive: the messages, as their receivers see them, right under the result.

import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { Message } from "./message.js";
import * as server from "./server.js";

const LOOKS = [0, 400, 900, 1500];
const MOST = 3;

/** The messages that have arrived since a run was started; `since` is a time of `performance.now()`. */
export function Arrivals({ since, setTab }) {
  const [messages, setMessages] = useState([]);
  useEffect(() => {
    const from = Date.now() - (performance.now() - since) - 50;
    let current = true;
    const look = () => server.sandboxMessages().then((found) => current && setMessages(found.messages.filter((each) => Date.parse(each.time) >= from)), () => {});
    const timers = LOOKS.map((delay) => setTimeout(look, delay));
    return () => ((current = false), timers.forEach(clearTimeout));
  }, [since]);
  if (messages.length === 0) return null;
  return html`
    <section class="arrivals" aria-label="What arrived in the sandbox">
      <div class="arrivals-head"><h2>${messages.length === 1 ? "It arrived in the sandbox" : `${messages.length} messages arrived in the sandbox`}</h2><button type="button" class="link" onClick=${() => setTab("sandbox")}>All messages</button></div>
      ${messages.slice(0, MOST).map((message) => html`<${Message} key=${message.id + message.channel} message=${message} />`)}
    </section>
  `;
}
