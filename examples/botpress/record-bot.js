/**
 * Hook `before_outgoing_middleware`: sends the bot's replies to Baton, so that agents can read the whole
 * conversation. It runs directly before a reply is sent; Botpress v12 has no hook after that.
 *
 * If a person has taken over since the user's message, Baton refuses the reply and counts it as a leak.
 * Botpress sends the reply anyway: only baton-gate.js can stop the bot, before it starts to reply.
 *
 * Settings: see EXPOSED_BATON_URL and EXPOSED_BATON_BOTS in README.md. The key needs the scope
 * `messages`.
 */
const axios = require('axios')

const TIMEOUT = 3000
const BEFORE_RETRY = 300
const TEXT_LENGTH = 10000
const PAYLOAD_LENGTH = 15000
const NOBODY_SAID_IT = ['typing']
const OUT_OF_TURN = 409

const record = async () => {
  const payload = event.payload || {}
  // Agents' messages and texts about the handoff come from Baton.
  if (payload.agent || payload.baton || NOBODY_SAID_IT.includes(event.type)) {
    return
  }
  try {
    const baton = settingsOf(event.botId)
    if (baton) {
      await callBaton(baton, { method: 'post', url: '/messages', data: { ...message(), epoch: await epoch() } })
    }
  } catch (error) {
    const log = bp.logger.forBot(event.botId)
    if (error.response && error.response.status === OUT_OF_TURN) {
      log.warn('Baton: the bot spoke out of turn. ' + reasonOf(error))
    } else {
      log.error('Baton: ' + reasonOf(error))
    }
  }
}

const message = () => ({
  from: 'bot',
  channel: event.channel,
  thread: event.threadId ? String(event.threadId) : undefined,
  user: { id: String(event.target) },
  message_id: String(event.id),
  ...said()
})

const said = () => {
  const payload = event.payload || {}
  const words = payload.text || event.preview
  if (event.type === 'text' && words) {
    return { type: 'text', text: cut(words, TEXT_LENGTH) }
  }
  return { type: event.type === 'text' ? 'empty' : event.type, payload: small(payload) }
}

const small = payload => (JSON.stringify(payload).length > PAYLOAD_LENGTH ? { text: event.preview, cut: true } : payload)

const epoch = async () => {
  const of = event.incomingEventId
  return (of && (await bp.kvs.forBot(event.botId).get('baton-epoch-' + of))) || undefined
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

const cut = (words, length) => (words ? Array.from(String(words)).slice(0, length).join('') : undefined)

return record()
