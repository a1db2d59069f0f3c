// @ts-check
/** The style sheets of the views that load later, in their order. Packaging makes one sheet of them. */
export const LAZY_SHEETS = [
  "team/team", "report/report", "account/account", "thread/thread", "files/files", "messages/messages", "people/people",
  "admin/admin", "offers/offers", "details/details", "dialogs/dialogs", "thread/composer", "search/search",
];
