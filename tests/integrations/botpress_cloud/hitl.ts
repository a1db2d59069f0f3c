// Stands in for bp_modules/hitl, which `bp add hitl` downloads: the interface's names and fields.
import { z } from "@botpress/sdk";

const messageHistory = z.array(
  z.object({ source: z.object({ type: z.string() }), type: z.string(), payload: z.any() }),
);

export default {
  type: "interface" as const,
  name: "hitl" as const,
  version: "0.4.0" as const,
  definition: {
    name: "hitl" as const,
    version: "0.4.0" as const,
    entities: {},
    events: {
      hitlAssigned: { schema: z.object({ conversationId: z.string(), userId: z.string() }) },
      hitlStopped: { schema: z.object({ conversationId: z.string() }) },
    },
    actions: {
      createUser: {
        input: {
          schema: z.object({
            name: z.string().optional(),
            pictureUrl: z.string().optional(),
            email: z.string().optional(),
          }),
        },
        output: { schema: z.object({ userId: z.string() }) },
      },
      startHitl: {
        input: {
          schema: z.object({
            userId: z.string(),
            title: z.string(),
            description: z.string().optional(),
            messageHistory: messageHistory.optional(),
          }),
        },
        output: { schema: z.object({ conversationId: z.string() }) },
      },
      stopHitl: {
        input: {
          schema: z.object({
            conversationId: z.string(),
            reason: z.enum(["timeout", "cancel"]).optional(),
          }),
        },
        output: { schema: z.object({}) },
      },
    },
    channels: {
      hitl: {
        messages: {
          text: { schema: z.object({ text: z.string(), userId: z.string().optional() }) },
        },
      },
    },
  },
};
