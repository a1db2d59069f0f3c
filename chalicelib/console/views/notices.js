// @ts-check
import { html } from "../html.js";
import { Icon } from "../icons.js";
import { markRead } from "../moves.js";
import { visit } from "../reading.js";
import { state } from "../store.js";
import { lately, t } from "../strings.js";

/** What the bots have to say to their team; read as soon as the list has been looked at and closed. */
export function Notices() {
  const { notices } = state.value;
  const news = notices.filter((each) => !each.read).length;
  return html`
    <button class="plain square bell" popovertarget="notices" aria-label=${news ? `${t("notices")}: ${t("unread", { count: news })}` : t("notices")} title=${t("notices")}>
      <${Icon} name="bell" />${news > 0 && html`<span class="badge">${news}</span>`}
    </button>
    <div id="notices" popover="auto" class="notices" onToggle=${(/** @type {any} */ event) => event.newState === "closed" && markRead(notices)}>
      <h2>${t("notices")}</h2>
      ${!notices.length && html`<p class="quiet">${t("no_notices")}</p>`}
      <ul>${notices.map((each) => html`<${Notice} key=${each.id} notice=${each} />`)}</ul>
    </div>`;
}

/** @param {{notice: import("../types.js").Notice}} props */
function Notice({ notice }) {
  const { bot, conversation_id: id } = notice;
  const go = () => {
    document.getElementById("notices")?.hidePopover();
    visit(bot, id ?? "");
  };
  return html`
    <li class="${notice.level} ${notice.read ? "read" : ""}">
      <p dir="auto"><${Linked} url=${notice.url} text=${notice.message} /></p>
      <p class="quiet"><time>${lately(notice.at, Date.now())}</time>
        ${id && html` · <button class="link" onClick=${go}>${t("show_conversation")}</button>`}</p>
    </li>`;
}

/** @param {{url: string | null, text: string}} props */
function Linked({ url, text }) {
  const to = url && URL.canParse(url) ? new URL(url) : null;
  if (!to || !["https:", "http:"].includes(to.protocol)) return text;
  return html`<a href=${to.href} target="_blank" rel="noopener noreferrer">${text}</a>`;
}
