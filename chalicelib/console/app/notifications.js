// @ts-check
import { markNotificationsRead } from "../conversations/actions.js";
import { openConversationById } from "../conversations/queries.js";
import { notificationText } from "../session/desktop_alerts.js";
import { serverNow } from "../state/clock.js";
import { state } from "../state/store.js";
import { formatRecent } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { Icon } from "../ui/widgets.js";

/** @typedef {import("../state/types.js").Notification} Notification */

/** The notifications that bots send to their team, and mentions in notes. Closing the list marks them as read. */
export function Notifications() {
  const { notifications } = state.value;
  const unread = notifications.filter((each) => !each.read).length;
  const label = unread ? `${t("notifications")}: ${t("unread", { count: unread })}` : t("notifications");
  return html`
    <button class="plain square bell" popovertarget="notifications" aria-label=${label} title=${t("notifications")}>
      <${Icon} name="bell" />${unread > 0 && html`<span class="badge">${unread}</span>`}
    </button>
    <div id="notifications" popover="auto" class="notifications" onToggle=${(/** @type {any} */ event) => event.newState === "closed" && markNotificationsRead(notifications)}>
      <h2>${t("notifications")}</h2>
      ${!notifications.length && html`<p class="quiet">${t("no_notifications")}</p>`}
      <ul>${notifications.map((each) => html`<${NotificationItem} key=${each.id} notification=${each} />`)}</ul>
    </div>`;
}

/** @param {{notification: Notification}} props */
function NotificationItem({ notification }) {
  const { bot, conversation_id: id, level, read, url, at } = notification;
  const openIt = () => {
    document.getElementById("notifications")?.hidePopover();
    openConversationById(bot, id ?? "");
  };
  return html`
    <li class="${level} ${read ? "read" : ""}">
      <p dir="auto"><${LinkedText} url=${url} text=${notificationText(notification)} /></p>
      <p class="quiet"><time>${formatRecent(at, serverNow())}</time>
        ${id && html` · <button class="link" onClick=${openIt}>${t("show_conversation")}</button>`}</p>
    </li>`;
}

/** A link only for http and https: other schemes could run code. @param {{url: string | null, text: string}} props */
function LinkedText({ url, text }) {
  const target = url && URL.canParse(url) ? new URL(url) : null;
  if (!target || !["https:", "http:"].includes(target.protocol)) return text;
  return html`<a href=${target.href} target="_blank" rel="noopener noreferrer">${text}</a>`;
}
