/**
 * Hook `before_outgoing_middleware`: sends the bot's replies to Baton, so that agents can read the whole
 * conversation. It runs directly before a reply is sent; Botpress v12 has no hook after that.
 *
 * If a person has taken over since the user's message, Baton refuses the reply and counts it as a leak.
 * Botpress sends the reply anyway: only baton-gate.js can stop the bot, before it starts to reply.
 */
const axios = require('axios')

const TIMEOUT = 800
const TEXT_LENGTH = 4000
const NOBODY_SAID_IT = ['typing']
const OUT_OF_TURN = 409

const record = async () => {
  const payload = event.payload || {}
  // Agents' messages come from Baton, so they are in its log already.
  if (payload.agent || NOBODY_SAID_IT.includes(event.type)) {
    return
  }
  try {
    await tellBaton(await epoch())
  } catch (error) {
    const answer = error.response
    const why = (answer && answer.data && answer.data.detail) || error.message
    const log = bp.logger.forBot(event.botId)
    if (answer && answer.status === OUT_OF_TURN) {
      log.warn('Baton: the bot spoke out of turn. ' + why)
    } else {
      log.error('Baton: ' + why)
    }
  }
}

const epoch = () => {
  const known = event.incomingEventId && bp.kvs.forBot(event.botId).get('baton-epoch-' + event.incomingEventId)
  return known || undefined
}

const tellBaton = epoch => {
  const url = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const headers = { Authorization: 'Bearer ' + process.env.EXPOSED_BATON_KEY }
  return axios.post(url + '/messages', { ...address(), ...said(), epoch }, { headers, timeout: TIMEOUT })
}

const address = () => ({
  from: 'bot',
  channel: event.channel,
  thread: event.threadId ? String(event.threadId) : undefined,
  user: { id: String(event.target) },
  message_id: String(event.id)
})

const said = () => {
  const text = (event.payload && event.payload.text) || event.preview
  if (event.type === 'text' && text) {
    return { type: 'text', text: Array.from(text).slice(0, TEXT_LENGTH).join('') }
  }
  return { type: event.type === 'text' ? 'empty' : event.type, payload: event.payload || {} }
}

return record()
