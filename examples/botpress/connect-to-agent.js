/**
 * Pauses this conversation, so that an agent can claim it. Baton notifies the agents itself.
 *
 * The action names the conversation by channel, user and thread. One address is exactly one
 * conversation, so the call cannot pause another one.
 *
 * Afterwards, `temp.conversation.paused` says whether it worked. If it did not, the user gets the text
 * `unavailable`, and `temp.conversation.error` says why.
 *
 * Settings: see EXPOSED_BATON_URL and EXPOSED_BATON_BOTS in README.md. The key needs the scope
 * `handoffs`.
 *
 * @title Connect to an agent
 * @category Baton
 * @param {string} reason - Why the user needs a person; the agents read it
 * @param {string} say - The bot's last words, such as "One moment, I will ask a colleague"; empty for none
 */
const axios = require('axios')

const TIMEOUT = 3000
const BEFORE_RETRY = 300
const NAME_LENGTH = 64
const REASON_LENGTH = 1000
const TEXT_LENGTH = 10000
const UNAVAILABLE = 'I cannot answer at the moment. Please try again in a few minutes.'

const connectToAgent = async (reason, say) => {
  const log = bp.logger.forBot(event.botId)
  let baton
  try {
    baton = settingsOf(event.botId)
    if (!baton) {
      throw new Error('EXPOSED_BATON_BOTS does not name the bot ' + event.botId + '.')
    }
    const data = await callBaton(baton, {
      method: 'post',
      url: '/pause',
      data: request(reason, say),
      // Botpress may run an action twice for one event. The key makes the second call harmless.
      headers: { 'Idempotency-Key': 'connect-to-agent-' + event.id }
    })
    temp.conversation = { id: data.id, paused: data.paused, epoch: data.epoch }
  } catch (error) {
    temp.conversation = { paused: false, error: reasonOf(error) }
    log.error('Baton: ' + reasonOf(error))
    await sayUnavailable(baton)
    return
  }
  if (say) {
    await sayLast(say).catch(error => log.error('Baton: the last words were not sent. ' + error.message))
  }
}

// Baton has stored these words with the pause. A reply of its own after the pause would be a leak.
const sayLast = async say => {
  const store = bp.kvs.forBot(event.botId)
  const key = 'baton-said-' + event.id
  const warn = error => bp.logger.forBot(event.botId).warn('Baton: ' + error.message)
  if (!(await store.get(key).catch(warn))) {
    await store.set(key, true, undefined, '1 hour').catch(warn)
    await bp.events.replyToEvent(event, [{ type: 'text', text: say, baton: true }], event.id)
  }
}

const request = (reason, say) => ({
  channel: event.channel,
  user: { id: String(event.target), name: nameOf(user || {}) },
  // Undefined fields are left out of the JSON. Some channels have no threads.
  thread: event.threadId ? String(event.threadId) : undefined,
  reason: cut(reason, REASON_LENGTH),
  say: cut(say, TEXT_LENGTH)
})

const nameOf = user => {
  const whole = user.full_name || user.fullName
  const parts = [user.first_name || user.firstName, user.last_name || user.lastName].filter(Boolean).join(' ')
  return cut(whole || parts || user.nickname, NAME_LENGTH)
}

const settingsOf = botId => {
  let bots
  try {
    bots = JSON.parse(process.env.EXPOSED_BATON_BOTS || '{}')
  } catch (error) {
    throw new Error('EXPOSED_BATON_BOTS is not JSON. ' + error.message)
  }
  return Object.prototype.hasOwnProperty.call(bots, botId) ? bots[botId] : undefined
}

// Retries once if Baton is down or slow. Both calls are the same, so Baton acts once.
const callBaton = async (baton, request) => {
  const headers = { ...request.headers, Authorization: 'Bearer ' + baton.key }
  const baseURL = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const send = () => within(TIMEOUT, axios({ ...request, headers, baseURL, timeout: TIMEOUT }))
  try {
    return (await send()).data
  } catch (error) {
    const status = error.response && error.response.status
    if (status && status < 500 && status !== 429) {
      throw error
    }
    await new Promise(resolve => setTimeout(resolve, BEFORE_RETRY))
    return (await send()).data
  }
}

// The timeout of axios does not cover every way to hang.
const within = (ms, promise) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('There was no answer in ' + ms + ' ms.')), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const reasonOf = error => {
  const answer = error.response && error.response.data
  return (answer && answer.detail) || error.message
}

// `baton` tells record-bot.js not to record this text.
const sayUnavailable = async baton => {
  const text = baton && baton.unavailable !== undefined ? baton.unavailable : UNAVAILABLE
  if (text) {
    await bp.events.replyToEvent(event, [{ type: 'text', text, baton: true }], event.id)
  }
}

const cut = (words, length) => (words ? Array.from(String(words)).slice(0, length).join('') : undefined)

return connectToAgent(args.reason, args.say)
