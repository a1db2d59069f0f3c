// @ts-check
// All that an open conversation needs.
export { Details } from "../details/details.js";
export { Dialogs } from "../dialogs/dialogs.js";
export { Messages } from "../messages/messages.js";
export { Offers } from "../offers/offers.js";
export { Thread } from "../thread/thread.js";
