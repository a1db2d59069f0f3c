// Stands in for .botpress/index.ts, which `bp build` generates from the definition.
import * as sdk from "@botpress/sdk";

type Message = { source: { type: string }; type: string; payload: any };

export type TIntegration = sdk.DefaultIntegration<{
  name: "baton";
  version: "0.1.0";
  configuration: { url: string; key: string; webhookSecret: string };
  user: { tags: { email: string; agent: string } };
  events: {
    hitlAssigned: { conversationId: string; userId: string };
    hitlStopped: { conversationId: string };
  };
  actions: {
    createUser: {
      input: { name?: string; pictureUrl?: string; email?: string };
      output: { userId: string };
    };
    startHitl: {
      input: { userId: string; title: string; description?: string; messageHistory?: Message[] };
      output: { conversationId: string };
    };
    stopHitl: {
      input: { conversationId: string; reason?: "timeout" | "cancel" };
      output: {};
    };
  };
  channels: {
    hitl: {
      messages: { text: { text: string; userId?: string } };
      message: { tags: { id: string } };
      conversation: { tags: { id: string } };
    };
  };
}>;

export type IntegrationProps = sdk.IntegrationProps<TIntegration>;
export type Client = sdk.IntegrationSpecificClient<TIntegration>;
export type Context = Parameters<IntegrationProps["register"]>[0]["ctx"];
export class Integration extends sdk.Integration<TIntegration> {}
