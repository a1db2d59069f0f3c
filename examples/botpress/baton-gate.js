/**
 * Hook `before_incoming_middleware`: sends the user's message to Baton. The answer says who replies. If
 * that is not the bot, this hook drops the bot's turn, whatever the type of the message.
 *
 * If Baton does not answer, the bot stays silent, because a person may be speaking.
 *
 * Botpress gives a hook one second. A hook sees only environment variables whose names begin with
 * EXPOSED_. Set EXPOSED_BATON_URL and EXPOSED_BATON_KEY (scopes `messages` and `handoffs`).
 */
const axios = require('axios')

const TIMEOUT = 800
const NAME_LENGTH = 64
const TEXT_LENGTH = 4000
const NOBODY_SAID_IT = ['delivery', 'read', 'typing']

const gate = async () => {
  if (NOBODY_SAID_IT.includes(event.type)) {
    return
  }
  try {
    const { data } = await tellBaton()
    await rememberEpoch(data.epoch)
    if (data.paused) {
      dropTurn()
    }
  } catch (error) {
    dropTurn()
    const answer = error.response && error.response.data
    bp.logger.forBot(event.botId).error('Baton: ' + ((answer && answer.detail) || error.message))
  }
}

const tellBaton = () => {
  const url = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const headers = { Authorization: 'Bearer ' + process.env.EXPOSED_BATON_KEY }
  return axios.post(url + '/messages', message(), { headers, timeout: TIMEOUT })
}

const message = () => ({
  from: 'user',
  channel: event.channel,
  // Undefined fields are left out of the JSON. Some channels have no threads.
  thread: event.threadId ? String(event.threadId) : undefined,
  user: { id: String(event.target), name: nameOf(userOf(event)), attributes: attributesOf(userOf(event)) },
  // Baton stores a message id once, so a repeated call is harmless.
  message_id: String(event.id),
  ...said()
})

const said = () => {
  const text = (event.payload && event.payload.text) || event.preview
  if (event.type === 'text' && text) {
    return { type: 'text', text: Array.from(text).slice(0, TEXT_LENGTH).join('') }
  }
  // Baton refuses a text message without text.
  return { type: event.type === 'text' ? 'empty' : event.type, payload: event.payload || {} }
}

const userOf = event => (event.state && event.state.user) || {}

const nameOf = user => {
  const name = user.full_name || user.nickname || [user.first_name, user.last_name].filter(Boolean).join(' ')
  return name ? Array.from(name).slice(0, NAME_LENGTH).join('') : undefined
}

const attributesOf = user => {
  const shown = {}
  for (const attribute of ['language', 'email', 'picture_url', 'profile_pic']) {
    if (user[attribute]) {
      shown[attribute] = user[attribute]
    }
  }
  return Object.keys(shown).length ? shown : undefined
}

// record-bot.js sends the bot's replies to this event with this epoch.
const rememberEpoch = epoch =>
  bp.kvs.forBot(event.botId).set('baton-epoch-' + event.id, epoch, undefined, '1 hour')

const dropTurn = () => {
  event.isPause = true
  event.setFlag(bp.IO.WellKnownFlags.SKIP_DIALOG_ENGINE, true)
  event.setFlag(bp.IO.WellKnownFlags.SKIP_QNA_PROCESSING, true)
}

return gate()
