// How much of the call limit is left: shown in the header, and asked again after runs and while some of it is used.

import { html, useCallback, useEffect, useState } from "./vendor/preact-htm.js";
import * as server from "./server.js";

const AGAIN_MILLISECONDS = 4000;

/** {limits, refresh()}: the limits of a connection. */
export function useThrottle(where) {
  const [limits, setLimits] = useState([]);
  const refresh = useCallback(() => server.throttle(where).then(setLimits, () => setLimits([])), [where]);
  useEffect(() => void refresh(), [refresh]);
  const used = limits.some((limit) => limit.free < limit.calls);
  useEffect(() => {
    if (!used) return undefined;
    const timer = setInterval(() => document.hidden || refresh(), AGAIN_MILLISECONDS);
    return () => clearInterval(timer);
  }, [used, refresh]);
  return { limits, refresh };
}

export function Gauge({ limits }) {
  const limit = limits[0];
  if (!limit) return html`<div class="gauge"></div>`;
  return html`
    <div class=${`gauge${limit.free === 0 ? " empty" : ""}`} title=${`The limit is ${limit.calls} calls per ${limit.renewal_period} seconds and connection.`}>
      <span>${limit.free} of ${limit.calls} <span class="wide">calls left</span></span>
      <meter min="0" max=${limit.calls} value=${limit.free} aria-label="Calls left"></meter>
    </div>
  `;
}
