/** Client for Baton, which decides who may speak in a chatbot conversation: the bot or a person. */

export { Agent } from "./agent.js";
export { Baton } from "./client.js";
export {
  AlreadyClaimed, AlreadySaid, AmbiguousAddress, AtCapacity, BatonError, BatonUnavailable,
  Conflict, Forbidden, IdempotencyMismatch, IllegalMove, InternalError, InvalidCode,
  InvalidRequest, MessageIdMismatch, NoAgentAvailable, NotFound, NotYourTurn, PayloadTooLarge,
  RateLimited, Refused, SecondFactorEnrolmentRequired, SecondFactorRequired, StaleEpoch,
  TemporarilyUnavailable, Unauthenticated, WebhookRefused,
} from "./errors.js";
export { WebhookEvent } from "./signatures.js";
export { Transcript } from "./transcript.js";
export { Turn } from "./turn.js";
export { VERSION } from "./version.js";
