// Serves a bot's webhook with the JavaScript client: node webhook_server.mjs CLIENT SECRETS
// Prints its port. /node and /fetch are the two handlers, /got shows the events, /fail makes the
// next handler fail.
import { createServer } from "node:http";

const [client, secrets] = process.argv.slice(2);
const { Baton } = await import(client);
const baton = new Baton("http://baton.test/api/v1/bots/shop", "bk_1", JSON.parse(secrets));
const got = [];
let failing = false;
baton.on(["agent.message", "handoff.claimed", "conversation.returned"], async (event) => {
  if (failing) {
    failing = false;
    throw new Error("The channel is down.");
  }
  got.push({ id: event.id, type: event.type, text: event.text, user: event.user });
});
const handlers = { node: baton.node(), fetch: baton.fetch() };

async function serve(request, response) {
  if (request.url === "/node") return handlers.node(request, response);
  if (request.url === "/fetch") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, headers } = request;
    const body = method === "POST" ? Buffer.concat(chunks) : undefined;
    const answer = await handlers.fetch(new Request("http://bot.test/", { method, headers, body }));
    return response.writeHead(answer.status).end();
  }
  if (request.url === "/fail") failing = true;
  return response.end(JSON.stringify(got));
}

const server = createServer(serve);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
