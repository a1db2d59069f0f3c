// @ts-check
import { ApiError, errorMessage, request } from "../connection/api.js";
import { formatNumber } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useRef, useState } from "../ui/html.js";
import { undelivered } from "./undelivered.js";

/** Entries of the log in one call. */
const PAGE = 100;

/** Sends everything again that Baton has given up, one after the other. Stops at the first that fails again, because
 * the others would, too. @param {{path: string, done: () => void}} props `path` is that of the deliveries */
export function SendAll({ path, done }) {
  const [text, setText] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const isStopped = useRef(false);
  async function run() {
    isStopped.current = false;
    setIsBusy(true);
    setText(t("loading"));
    try {
      const all = undelivered(await readLog(path));
      let sent = 0;
      for (const { id } of all) {
        if (isStopped.current) break;
        setText(t("sending_all", { at: formatNumber(sent + 1), count: formatNumber(all.length) }));
        const again = await sendAgain(`${path}/${encodeURIComponent(id)}/replay`);
        if (again.status !== "delivered") {
          setText(t("send_all_stopped", { count: formatNumber(sent), error: again.error ?? again.http_status }));
          return;
        }
        sent += 1;
      }
      setText(t("sent_all", { count: sent }));
    } catch (error) {
      setText(errorMessage(error));
    } finally {
      setIsBusy(false);
      done();
    }
  }
  return html`
    <button onClick=${isBusy ? () => (isStopped.current = true) : run}>${t(isBusy ? "stop" : "send_all")}</button>
    ${text && html`<p class="grow" role="status">${text}</p>`}`;
}

/** @param {string} path */
async function readLog(path) {
  /** @type {import("./undelivered.js").Delivery[]} */
  const log = [];
  let cursor = "";
  do {
    const { items, next } = await request("GET", `${path}?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    log.push(...items);
    cursor = next ?? "";
  } while (cursor);
  return log;
}

/** Waits as long as the server asks for. Raises ApiError. @param {string} path @returns {Promise<any>} */
async function sendAgain(path) {
  for (;;) {
    try {
      return await request("POST", path, {});
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (error.problem.retry_after ?? 1)));
    }
  }
}
