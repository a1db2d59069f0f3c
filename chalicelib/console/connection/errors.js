// @ts-check
// Error messages for the agent.
import { showToast } from "../state/store.js";
import { t } from "../strings/translate.js";
import { ApiError } from "./api.js";

/** Shows the error for a few seconds. Other errors than ApiError are thrown again. @param {unknown} error */
export function showError(error) {
  showToast(errorMessage(error), "warn");
}

/** One sentence that says what failed. Other errors than ApiError are thrown again. @param {unknown} error */
export function errorMessage(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "already_claimed") return t("lost_to", { agent: error.problem.owner_name });
  if (error.problem.offered_to) return t("offered_to", { agent: error.problem.offered_to.name });
  return error.status ? error.message : t("no_connection");
}
