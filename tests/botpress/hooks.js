'use strict'

// Runs hooks and actions as Botpress v12 does: in a NodeVM of vm2 with Botpress' options. Their text is
// the body of a function that gets `bp` and `event`, and may require what Botpress has loaded.
//
// Each line of stdin is one run: {"file", "axios", "sandbox", "event", "env", "kvs", "args", "session"}.
// `sandbox` is "vm2", or "none" for a Botpress with DISABLE_BOT_SANDBOX or DISABLE_GLOBAL_SANDBOX. Each
// run has a sandbox and a `bp` of its own. An error in a run ends the process.
//
// Prints one line of JSON for each run: its outcome. A hook that opens a route is served on a free port;
// the outcome is that port. Then each event that the hook sends is printed, one JSON per line.

const fs = require('fs')
const http = require('http')
const { createRequire } = require('module')
const readline = require('readline')

const installed = createRequire(process.cwd() + '/')

const serve = ({ path, options, receive }) => {
  const server = http.createServer((req, res) => {
    const [, botId] = req.url.match(/bots\/([^/]+)\//)
    res.status = code => {
      res.statusCode = code
      return res
    }
    res.send = body => res.end(body)
    receive(Object.assign(req, { params: { botId } }), res)
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, path, options }))
  })
}

const perform = async ({ file, axios, sandbox, event, env, kvs, args, session }) => {
  const flags = []
  const logged = []
  const replies = []
  const jumps = []
  const temp = {}
  const logger = {
    error: message => logged.push(['error', message]),
    warn: message => logged.push(['warn', message])
  }
  let handler = null

  const bp = {
    IO: {
      WellKnownFlags: {
        SKIP_DIALOG_ENGINE: Symbol('skip dialog'),
        SKIP_QNA_PROCESSING: Symbol('skip qna'),
        FORCE_PERSIST_STATE: Symbol('persist state')
      },
      Event: given => given
    },
    logger: { ...logger, forBot: () => logger },
    kvs: {
      forBot: () => ({
        get: async key => kvs[key],
        set: async (key, value) => {
          if (kvs.broken) {
            throw new Error('The key-value store is broken.')
          }
          kvs[key] = value
        },
        delete: async key => {
          delete kvs[key]
        }
      })
    },
    dialog: {
      createId: of => [of.botId, of.channel, of.target, of.threadId].join('::'),
      jumpTo: async (id, _, flow, node) => jumps.push([id, flow, node])
    },
    events: {
      sendEvent: async sent => console.log(JSON.stringify({ ...sent, kvs })),
      replyToEvent: async (to, payloads) => replies.push(...payloads.map(payload => ({ to: to.target, ...payload })))
    },
    http: {
      createRouterForBot: (name, options) => ({
        post: (path, receive) => {
          handler = { path: '/api/v1/bots/:botId/mod/' + name + path, options, receive }
        }
      })
    }
  }

  const given = {
    bp,
    event: event && { ...event, setFlag: (flag, on) => flags.push([flag.description, on]) },
    user: event && event.state && event.state.user,
    temp,
    args,
    process: { env }
  }
  if (given.event) {
    given.event.state = { ...given.event.state, session: session || {} }
  }
  const required = name => (name === 'axios' ? installed(axios) : require(name))
  const code = fs.readFileSync(file, 'utf8')

  const run = () => {
    if (sandbox === 'none') {
      return new Function(...Object.keys(given), 'require', code)(...Object.values(given), required)
    }
    const { NodeVM, VMScript } = installed('vm2')
    const mock = new Proxy({}, { get: (_, name) => required(name) })
    const options = { wrapper: 'none', console: 'inherit', sandbox: given, timeout: 1000 }
    return new NodeVM({ ...options, require: { external: true, mock } }).run(new VMScript(code))
  }

  await run()
  if (handler) {
    return serve(handler)
  }
  return {
    isPause: !!(given.event && given.event.isPause),
    flags,
    kvs,
    logged: logged.map(([level]) => level),
    said: logged.map(([, text]) => text),
    replies,
    jumps,
    temp,
    session: given.event && given.event.state.session
  }
}

const runAll = async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await perform(JSON.parse(line))))
  }
}

runAll().catch(error => {
  console.error(error)
  process.exit(1)
})
