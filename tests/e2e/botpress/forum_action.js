'use strict';

/**
 * Connect to the real agents
 * @title To Connect to the real agents
 * @category Bots
 */
const axios = require('axios');
const callApi = async () => {
  // This will create notification in admin panel
  const message = user.nickname + ' wants to talk to a real agent'
  bp.notifications.create(event.botId, {
    message: message,
    level: 'info',
    url: '/mod/hitl'
  })
  // login details of botpress admin
  let params = {
    "email": "XXXXXX",
    "password": "XXXXX"
  }
  // We call the below login url to get token
  const login = await axios.post('http://XXXXX:3000/api/v1/auth/login', params)
  if (login.status && login.status == 200) {
    const token = login.data.payload.token
    var headers = {
      'Content-Type': 'application/json',
      'Authorization': 'Bearer ' + token
    }
    // to pause conversation
    var pauseurl = 'http://XXXXX:3000/api/v1/bots/' + event.botId + '/mod/hitl/sessions/' + event.threadId + '/pause'
    const data = await axios.post(pauseurl, params, { headers: headers })
  }
}

// Actions are async, so make sure to return a promise
return callApi()
