import { IntegrationDefinition, z } from "@botpress/sdk";
import hitl from "./bp_modules/hitl"; // `bp add hitl` writes it

export default new IntegrationDefinition({
  name: "baton",
  version: "0.1.0",
  title: "Baton",
  description: "People answer the bot's users in Baton's console.",
  configuration: {
    schema: z.object({
      url: z.string().describe("The bot's address in Baton: https://…/api/v1/bots/<bot>"),
      key: z.string().secret().describe("A key of the bot, with the scopes messages and handoffs"),
      webhookSecret: z.string().secret().describe("The secret of the bot's webhook in Baton"),
    }),
  },
  user: { tags: { email: { title: "E-mail" }, agent: { title: "The agent's id in Baton" } } },
}).extend(hitl, () => ({
  entities: {},
  channels: {
    hitl: {
      title: "Baton",
      conversation: { tags: { id: { title: "The conversation's id in Baton" } } },
      message: { tags: { id: { title: "The message's id in Baton" } } },
    },
  },
}));
