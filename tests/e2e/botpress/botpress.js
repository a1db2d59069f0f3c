'use strict'

// Runs one action as Botpress v12 does: its text is the body of a function that gets `bp`, `event`
// and the rest as arguments (its ActionService, `_runWithoutVm`).
//
//   node botpress.js ACTION AXIOS < {"event", "user", "args", "env", "filled": {placeholder: text}}
//
// AXIOS is the package that the action gets as `axios`. Prints what came of it as JSON.

const fs = require('fs')
const { createRequire } = require('module')

const [action, axios] = process.argv.slice(2)
const { event, user, args, env, filled } = JSON.parse(fs.readFileSync(0, 'utf8'))
const installed = createRequire(process.cwd() + '/')

const notifications = []
const replies = []
const temp = {}
const kept = new Map()
const given = {
  bp: {
    notifications: { create: async (botId, content) => notifications.push({ botId, ...content }) },
    logger: { forBot: () => ({ error: console.error, warn: console.error }) },
    events: { replyToEvent: async (_, payloads) => replies.push(...payloads) },
    kvs: { forBot: () => ({ get: async key => kept.get(key), set: async (key, value) => kept.set(key, value) }) }
  },
  event: { ...event, state: { user, session: {}, temp } },
  user,
  temp,
  session: {},
  bot: {},
  args,
  process: { env },
  require: name => (name === 'axios' ? installed(axios) : installed(name))
}

let code = fs.readFileSync(action, 'utf8')
for (const [placeholder, text] of Object.entries(filled)) {
  code = code.split(placeholder).join(text)
}

const run = new Function(...Object.keys(given), code)
Promise.resolve(run(...Object.values(given)))
  .then(() => null, error => ({ message: error.message, status: error.response && error.response.status, body: error.response && error.response.data }))
  .then(error => console.log(JSON.stringify({ notifications, replies, temp, error })))
