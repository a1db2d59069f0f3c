/**
 * Pauses this conversation, so that a person can take it. Baton tells the agents by itself.
 *
 * The conversation is named by its channel, its user and its thread: one such address is one
 * conversation, so no other can be meant, whatever its thread is called.
 *
 * Botpress shows an action only those variables of its environment that begin with EXPOSED_; set
 * EXPOSED_BATON_URL and EXPOSED_BATON_KEY (the bot's key, with the scope `handoffs`).
 *
 * @title Connect to an agent
 * @category Baton
 * @param {string} reason - Why, in words that the agents will read
 */
const axios = require('axios')

const NAME_LENGTH = 64

const connectToAgent = async reason => {
  const bot = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const headers = {
    Authorization: 'Bearer ' + process.env.EXPOSED_BATON_KEY,
    // Botpress may run an action twice for one event; the second time changes nothing.
    'Idempotency-Key': 'connect-to-agent-' + event.id
  }
  const { data } = await axios.post(bot + '/pause', address(reason), { headers, timeout: 5000 })
  temp.conversation = { id: data.id, paused: data.paused, epoch: data.epoch }
}

const address = reason => ({
  channel: event.channel,
  user: { id: event.target, name: nameOf(user) },
  // What is undefined is left out of the JSON: a channel without threads has none.
  thread: event.threadId ? String(event.threadId) : undefined,
  reason: reason || undefined
})

const nameOf = user => {
  const name = user.nickname || user.first_name
  return name ? Array.from(name).slice(0, NAME_LENGTH).join('') : undefined
}

return connectToAgent(args.reason)
