// @ts-check
// Formats that no view of the first page needs.
import { format } from "./formats.js";
import { locale, t } from "./translate.js";

/** Without the year. @param {string} at a UTC day, like 2026-01-31 */
export const formatDate = (at) => format(at, { day: "numeric", month: "short", timeZone: "UTC" });

/** @param {number} day Monday is 0 */
export const formatWeekday = (day) => format(new Date(2024, 0, 1 + day), { weekday: "long" });

/** "7 days", in the plural form of the language. @param {number} days */
export const formatDays = (days) => new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);

/** @param {number} value */
export const formatDollars = (value) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: value < 1 ? 4 : 2 }).format(value);

/** How many conversations the agent has, and how many they may have. @param {import("../state/types.js").Agent} agent */
export const formatLoad = ({ open, capacity }) => (capacity === null ? t("load", { count: open }) : t("load_of", { count: open, capacity }));

/** "83%" @param {number} share */
export const formatShare = (share) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share);

/** "4.3" @param {number} value */
export const formatAverage = (value) => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/** "+12%" @param {number} share */
export const formatChange = (share) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(share);

/** The steps of a macro after its text is sent. @param {{tags?: string[], outcome?: string | null, queue?: string | null}} macro */
export const formatSteps = ({ tags, outcome, queue }) => [
  ...(tags?.length ? [t("macro_tags", { tags: tags.join(", ") })] : []),
  ...(outcome ? [t("macro_outcome", { outcome: t(outcome) })] : []),
  ...(queue ? [t("macro_queue", { queue })] : []),
];
