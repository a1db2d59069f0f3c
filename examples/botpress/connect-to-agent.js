/**
 * Pauses this conversation, so that an agent can claim it. Baton notifies the agents itself.
 *
 * The action names the conversation by channel, user and thread. One address is exactly one
 * conversation, so the call cannot pause another one.
 *
 * An action sees only environment variables whose names begin with EXPOSED_. Set EXPOSED_BATON_URL and
 * EXPOSED_BATON_KEY (the bot's key, with the scope `handoffs`).
 *
 * @title Connect to an agent
 * @category Baton
 * @param {string} reason - Why the user needs a person; the agents read it
 */
const axios = require('axios')

const NAME_LENGTH = 64

const connectToAgent = async reason => {
  const bot = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const headers = {
    Authorization: 'Bearer ' + process.env.EXPOSED_BATON_KEY,
    // Botpress may run an action twice for one event. The key makes the second call harmless.
    'Idempotency-Key': 'connect-to-agent-' + event.id
  }
  const { data } = await axios.post(bot + '/pause', address(reason), { headers, timeout: 5000 })
  temp.conversation = { id: data.id, paused: data.paused, epoch: data.epoch }
}

const address = reason => ({
  channel: event.channel,
  user: { id: event.target, name: nameOf(user) },
  // Undefined fields are left out of the JSON. Some channels have no threads.
  thread: event.threadId ? String(event.threadId) : undefined,
  reason: reason || undefined
})

const nameOf = user => {
  const name = user.nickname || user.first_name
  return name ? Array.from(name).slice(0, NAME_LENGTH).join('') : undefined
}

return connectToAgent(args.reason)
