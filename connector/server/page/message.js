// A message as the person who gets it sees it: an email, a text message, a push notification, a chat message.

import { html } from "./vendor/preact-htm.js";
import { agoText, timeText } from "./format.js";
import { Icon } from "./icons.js";
import { safeNodes } from "./safe_html.js";

const KINDS = {
  email: { icon: "mail", label: "Email" },
  sms: { icon: "phone", label: "SMS" },
  push: { icon: "bell", label: "Push notification" },
  inbox: { icon: "inbox", label: "Inbox" },
  chat: { icon: "chat", label: "Chat" },
  direct_message: { icon: "chat", label: "Chat" },
};

/** `message` is {id, time, status, recipient, channel, to, title, text, html, reason}. */
export function Message({ message }) {
  const kind = KINDS[message.channel] ?? { icon: "list", label: message.channel || "Message" };
  const Body = { email: Email, sms: Bubble, push: Push, inbox: Push, chat: Chat, direct_message: Chat }[message.channel] ?? Plain;
  return html`
    <article class=${`message of-${message.channel || "none"}`} aria-label=${`${kind.label} to ${message.recipient}`}>
      <header>
        <span class="message-kind"><${Icon} name=${kind.icon} size="15" /> ${kind.label}</span>
        <span class="message-to">to <strong>${message.recipient}</strong>${message.to && message.to !== message.recipient && html` <span class="muted">${message.to}</span>`}</span>
        ${message.status && html`<span class=${`badge status-${String(message.status).toLowerCase()}`}>${sentenceCase(message.status)}</span>`}
        <time datetime=${message.time} title=${timeText(message.time)} class="muted">${agoText(message.time)}</time>
      </header>
      <${Body} message=${message} />
      ${message.reason && html`<p class="muted reason">${sentenceCase(message.reason)}</p>`}
    </article>
  `;
}

/** “Undeliverable” for UNDELIVERABLE; sentences stay as they are. */
const sentenceCase = (text) => (/^[A-Z_]+$/.test(text) ? text.charAt(0) + text.slice(1).toLowerCase().replaceAll("_", " ") : text);

const Email = ({ message }) => html`
  <div class="email">
    <p class="subject">${message.title || "(no subject)"}</p>
    <div class="email-body">${message.html ? safeNodes(message.html) : lines(message.text)}</div>
  </div>
`;

const Bubble = ({ message }) => html`<div class="phone-screen"><p class="bubble">${lines([message.title, message.text].filter(Boolean).join("\n"))}</p></div>`;

const Push = ({ message }) => html`
  <div class="phone-screen">
    <div class="push"><span class="push-icon"><${Icon} name="bell" /></span><div><strong>${message.title}</strong><p>${lines(message.text)}</p></div></div>
  </div>
`;

const Chat = ({ message }) => html`
  <div class="chat"><span class="avatar" aria-hidden="true"><${Icon} name="chat" /></span><div>${message.title && html`<strong>${message.title}</strong>`}<p>${lines(message.text)}</p></div></div>
`;

const Plain = ({ message }) => (message.title || message.text ? html`<div class="email"><p class="subject">${message.title}</p><p>${lines(message.text)}</p></div>` : null);

const lines = (text) => (text ?? "").split("\n").map((line, index) => (index === 0 ? line : [html`<br />`, line]));
