/** The webhook's address for node:http (also Express) and for servers that speak `fetch`. */

/** Bytes. The largest event holds 128 KB of the conversation. */
const MAX_BODY = 1_000_000;

/**
 * @typedef {AsyncIterable<Uint8Array> & {method?: string,
 *   headers: Record<string, string | string[] | undefined>}} NodeRequest
 * @typedef {{writeHead(status: number, headers?: Record<string, string>): unknown,
 *   end(): unknown}} NodeResponse
 * @typedef {(headers: Record<string, string | string[] | undefined> | Headers,
 *   body: Uint8Array) => Promise<number>} Receive
 */

/**
 * Use it before anything that parses bodies: the signature is of the bytes.
 *
 * @param {Receive} receive
 * @returns {(request: NodeRequest, response: NodeResponse) => Promise<void>}
 */
export function nodeHandler(receive) {
  return async (request, response) => {
    if (request.method !== "POST") {
      response.writeHead(405, { allow: "POST" });
    } else {
      const body = await read(request);
      response.writeHead(body ? await receive(request.headers, body) : 413);
    }
    response.end();
  };
}

/** @param {Receive} receive @returns {(request: Request) => Promise<Response>} */
export function fetchHandler(receive) {
  return async (request) => {
    if (request.method !== "POST") {
      return new Response(null, { status: 405, headers: { allow: "POST" } });
    }
    const body = new Uint8Array(await request.arrayBuffer());
    const status = body.length > MAX_BODY ? 413 : await receive(request.headers, body);
    return new Response(null, { status });
  };
}

/** Null if the body is too large. @param {NodeRequest} request */
async function read(request) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MAX_BODY) return null;
    parts.push(part);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
