// A certified OpenID Connect provider with the pages that it has for development.
// node provider.mjs PORT PORTAL SECRET: listens on loopback, for a portal at that address.
import { generateKeyPair, exportJWK } from "jose";
import Provider from "oidc-provider";

const [port, portal, secret] = process.argv.slice(2);
const people = {
  ada: { name: "Ada Lovelace", groups: ["everybody", "support"] },
  vera: { name: "Vera", groups: ["everybody"] },
  nobody: { name: "Nobody", groups: ["choir"] },
};
// New keys each time it starts: whoever kept the old ones would believe nothing any more.
const { privateKey } = await generateKeyPair("RS256", { extractable: true });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "portal",
      client_secret: secret,
      redirect_uris: [`${portal}/staff/sign-in/oidc`],
      post_logout_redirect_uris: [`${portal}/staff/sign-in`],
    },
  ],
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username", "groups"],
    email: ["email", "email_verified"],
  },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: `id-of-${id}`,
      preferred_username: id,
      email: `${id}@vendor.example`,
      email_verified: true,
      ...people[id],
    }),
  }),
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" }] },
  cookies: { keys: ["for tests"] },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
