/**
 * Hook `after_server_start`: receives Baton's webhooks at
 * POST /api/v1/bots/<bot>/mod/baton/webhook. It sends agents' messages and the texts about the handoff to
 * the user's channel. When a conversation comes back, it gives `outcome`, `note`, `variables` and
 * `resume_at` to the bot by way of baton-gate.js.
 *
 * Settings: see EXPOSED_BATON_BOTS in README.md. `secret` is the one that Baton showed (`whsec_…`). In
 * Baton, set the URL above as the bot's webhook. Signatures: https://www.standardwebhooks.com
 */
const crypto = require('crypto')

const TOLERANCE = 5 * 60
const LARGEST = 512 * 1024
const REMEMBERED = 1000
const OK = 204
const BATON_RETURN = 'baton-return'
const handled = new Map()

const receive = async (req, res) => {
  try {
    const { botId } = req.params
    const baton = settingsOf(botId)
    const body = await read(req)
    if (!baton) {
      res.status(404).send('EXPOSED_BATON_BOTS does not name this bot.')
    } else if (body === undefined) {
      res.status(413).send('')
    } else if (!isSigned(baton.secret, req.headers, body)) {
      res.status(401).send('The signature is wrong.')
    } else {
      await once(req.headers['webhook-id'], () => deliver(botId, JSON.parse(body)))
      res.status(OK).send('')
    }
  } catch (error) {
    // Baton retries after a 500.
    bp.logger.error('Baton: ' + error.message)
    res.status(500).send('')
  }
}

const read = async req => {
  const chunks = []
  let size = 0
  for await (const chunk of req) {
    size += chunk.length
    if (size > LARGEST) {
      return undefined
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const isSigned = (shared, headers, body) => {
  const id = headers['webhook-id']
  const seconds = Number(headers['webhook-timestamp'])
  const offered = headers['webhook-signature']
  if (!id || !offered || !(Math.abs(Date.now() / 1000 - seconds) <= TOLERANCE)) {
    return false
  }
  const secret = (shared || '').replace(/^whsec_/, '')
  if (!secret) {
    return false
  }
  const key = Buffer.from(secret, 'base64')
  const right = crypto.createHmac('sha256', key).update(id + '.' + seconds + '.' + body).digest()
  return offered.split(' ').some(each => isRight(each, right))
}

const isRight = (signature, right) => {
  const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
  return signature.startsWith('v1,') && given.length === right.length && crypto.timingSafeEqual(given, right)
}

// Baton delivers at least once; a repeated delivery has the same id.
const once = (id, act) => {
  if (!handled.has(id)) {
    const acting = act().catch(error => {
      handled.delete(id)
      throw error
    })
    handled.set(id, acting)
    if (handled.size > REMEMBERED) {
      handled.delete(handled.keys().next().value)
    }
  }
  return handled.get(id)
}

const deliver = async (botId, told) => {
  const data = told.data
  if (!data) {
    return
  }
  if (told.type === 'agent.message') {
    const said = data.entry
    const payload = said.type === 'text' ? { type: 'text', text: said.text } : { ...said.payload, type: said.type }
    // Botpress' transcript shows the messages with `agent` as an agent's.
    await say(botId, data, { ...payload, agent: true }, said.text)
  } else if (data.text) {
    await say(botId, data, { type: 'text', text: data.text }, data.text)
  }
  if (told.type === 'conversation.returned') {
    await giveBack(botId, data)
  }
}

// `baton` tells record-bot.js not to record this message.
const say = (botId, data, payload, preview) =>
  bp.events.sendEvent(
    bp.IO.Event({
      ...address(botId, data),
      type: payload.type,
      direction: 'outgoing',
      preview: preview || undefined,
      payload: { ...payload, baton: true, preview: preview || undefined }
    })
  )

// The event carries only a token, because a user can send events of every type.
const giveBack = async (botId, data) => {
  const { conversation_id, epoch, outcome, note, variables, resume_at } = data
  const token = crypto.randomBytes(16).toString('hex')
  const back = { conversation_id, epoch, outcome, note, variables, resume_at }
  await bp.kvs.forBot(botId).set(BATON_RETURN + '-' + token, back, undefined, '1 hour')
  await bp.events.sendEvent(
    bp.IO.Event({
      ...address(botId, data),
      type: BATON_RETURN,
      direction: 'incoming',
      payload: { type: BATON_RETURN, token }
    })
  )
}

const address = (botId, data) => ({
  botId,
  channel: data.channel,
  target: data.user,
  threadId: data.thread || undefined
})

const settingsOf = botId => {
  let bots
  try {
    bots = JSON.parse(process.env.EXPOSED_BATON_BOTS || '{}')
  } catch (error) {
    throw new Error('EXPOSED_BATON_BOTS is not JSON. ' + error.message)
  }
  return Object.prototype.hasOwnProperty.call(bots, botId) ? bots[botId] : undefined
}

// The signature covers the raw bytes, so Botpress must not parse the body first.
const router = bp.http.createRouterForBot('baton', { checkAuthentication: false, enableJsonBodyParser: false })
router.post('/webhook', receive)
