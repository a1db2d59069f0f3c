/** One class for each error code of Baton, and those of the client itself. */

/**
 * @typedef {object} ErrorFacts
 * @property {number} [status] The HTTP status; undefined without an answer.
 * @property {Record<string, any>} [facts] The other members of the problem, such as `owner`.
 * @property {string} [requestId]
 * @property {number} [retryAfter] Seconds that Baton asked to wait.
 */

/** A call that did not succeed. `code` is Baton's stable error code. */
export class BatonError extends Error {
  static code = "error";
  /** Whether the client repeats the call before it throws this error. */
  static retried = false;

  /** @param {string} detail @param {ErrorFacts} [more] */
  constructor(detail, more = {}) {
    super(more.requestId ? `${detail} (request ${more.requestId})` : detail);
    this.name = new.target.name;
    this.detail = detail;
    this.status = more.status;
    this.facts = more.facts ?? {};
    this.requestId = more.requestId;
    this.retryAfter = more.retryAfter;
  }

  get code() {
    return /** @type {typeof BatonError} */ (this.constructor).code;
  }

  /** The fields that are wrong. @returns {{field: string, message: string}[]} */
  get errors() {
    return this.facts.errors ?? [];
  }
}

/**
 * Baton gave no answer, so nobody knows whether a person has the conversation. The bot must stay
 * silent or apologise. It must not answer as usual.
 */
export class BatonUnavailable extends BatonError {
  static code = "unreachable";
  static retried = true;
  static advice =
    "Nobody knows whether a person has this conversation: stay silent or apologise, and let your " +
    "channel deliver the message again.";

  /** @param {string} detail @param {ErrorFacts} [more] */
  constructor(detail, more) {
    super(detail, more);
    this.message += ` ${BatonUnavailable.advice}`;
  }
}

export class TemporarilyUnavailable extends BatonUnavailable {
  static code = "temporarily_unavailable";
}

export class InternalError extends BatonUnavailable {
  static code = "internal_error";
}

export class RateLimited extends BatonUnavailable {
  static code = "rate_limited";
}

export class InvalidRequest extends BatonError {
  static code = "invalid_request";
}

export class PayloadTooLarge extends InvalidRequest {
  static code = "payload_too_large";
}

export class Unauthenticated extends BatonError {
  static code = "unauthenticated";
}

/** A person's login that lacks the code of their second factor. Bots use keys. */
export class SecondFactorRequired extends Unauthenticated {
  static code = "second_factor_required";
}

export class InvalidCode extends Unauthenticated {
  static code = "invalid_code";
}

export class Forbidden extends BatonError {
  static code = "forbidden";
}

export class SecondFactorEnrolmentRequired extends Forbidden {
  static code = "second_factor_enrolment_required";
}

export class NotFound extends BatonError {
  static code = "not_found";
}

/** The call was understood, and nothing has changed. */
export class Refused extends BatonError {
  static code = "refused";
}

export class Conflict extends Refused {
  static code = "conflict";
  static retried = true;
}

export class IllegalMove extends Refused {
  static code = "illegal_move";
}

export class NotYourTurn extends Refused {
  static code = "not_your_turn";
}

export class AlreadyClaimed extends Refused {
  static code = "already_claimed";
}

export class MessageIdMismatch extends Refused {
  static code = "message_id_mismatch";
}

export class StaleEpoch extends Refused {
  static code = "stale_epoch";
}

export class AtCapacity extends Refused {
  static code = "at_capacity";
}

export class NoAgentAvailable extends Refused {
  static code = "no_agent_available";
}

export class AmbiguousAddress extends Refused {
  static code = "ambiguous_address";
}

export class IdempotencyMismatch extends Refused {
  static code = "idempotency_mismatch";
}

/** An earlier delivery of the user's message was answered with the same text. */
export class AlreadySaid extends Refused {
  static code = "already_said";
}

/** A webhook without a valid signature, or outside of the replay window. */
export class WebhookRefused extends BatonError {
  static code = "webhook_refused";
}

/** @type {Map<string, typeof BatonError>} */
export const BY_CODE = new Map(
  [
    BatonUnavailable, TemporarilyUnavailable, InternalError, RateLimited, InvalidRequest,
    PayloadTooLarge, Unauthenticated, SecondFactorRequired, InvalidCode, Forbidden,
    SecondFactorEnrolmentRequired, NotFound, Refused, Conflict, IllegalMove,
    NotYourTurn, AlreadyClaimed, MessageIdMismatch, StaleEpoch, AtCapacity, NoAgentAvailable,
    AmbiguousAddress, IdempotencyMismatch, AlreadySaid, WebhookRefused,
  ].map((error) => [error.code, error]),
);
