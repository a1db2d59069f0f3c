// The OpenID Connect provider of npm with its forms for development:
//   node provider.js <redirect_uri>
// prints its issuer. Whoever types an address is that person; `unverified@` has not proved it.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "baton",
      client_secret: "a secret: 100% of it/encoded",
      redirect_uris: [process.argv[2]],
    }],
    claims: { email: ["email", "email_verified"], profile: ["name", "groups"] },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified"), name: "Nora", groups: ["desk"] }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
