// @ts-check
// Emoji by name, for `:name:` and for the picker. Names are those of other chat programs.

const TABLE = `smile 😄 grinning 😀 grin 😁 laughing 😆 sweat_smile 😅 joy 😂 rofl 🤣 blush 😊 innocent 😇 slightly_smiling 🙂 upside_down 🙃
wink 😉 relieved 😌 heart_eyes 😍 kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany 🤪 sunglasses 😎 star_struck 🤩 partying 🥳 smirk 😏
unamused 😒 disappointed 😞 pensive 😔 worried 😟 confused 😕 frowning 🙁 persevere 😣 tired 😫 pleading 🥺 cry 😢 sob 😭 angry 😠 rage 😡
exploding_head 🤯 flushed 😳 hot 🥵 cold 🥶 scream 😱 fearful 😨 hugging 🤗 thinking 🤔 shushing 🤫 neutral 😐 expressionless 😑 grimacing 😬
rolling_eyes 🙄 astonished 😮 yawning 🥱 sleeping 😴 dizzy 😵 mask 😷 sick 🤒 robot 🤖 wave 👋 ok_hand 👌 crossed_fingers 🤞 victory ✌️
point_left 👈 point_right 👉 point_up 👆 point_down 👇 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ clap 👏 raised_hands 🙌 handshake 🤝 pray 🙏
writing ✍️ muscle 💪 eyes 👀 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkles ✨
star ⭐ fire 🔥 zap ⚡ sun ☀️ cloud ☁️ rain 🌧️ snow ❄️ rainbow 🌈 tada 🎉 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 coffee ☕ cake 🎂 pizza 🍕
dog 🐶 cat 🐱 flower 🌸 rose 🌹 tree 🌳 car 🚗 bus 🚌 train 🚆 airplane ✈️ ship 🚢 rocket 🚀 truck 🚚 house 🏠 office 🏢 shop 🏪 hospital 🏥
package 📦 mailbox 📬 envelope ✉️ email 📧 phone 📞 mobile 📱 computer 💻 printer 🖨️ camera 📷 file 📄 folder 📁 calendar 📅 chart 📈 memo 📝
paperclip 📎 lock 🔒 unlock 🔓 key 🔑 wrench 🔧 gear ⚙️ bulb 💡 battery 🔋 hourglass ⏳ clock 🕐 alarm ⏰ bell 🔔 money 💰 credit_card 💳
shopping 🛒 receipt 🧾 check ✅ cross ❌ warning ⚠️ question ❓ exclamation ❗ info ℹ️ 100 💯 no_entry ⛔ recycle ♻️ link 🔗 arrow_right ➡️ globe 🌍`;

const WORDS = TABLE.split(/\s+/);

/** @type {{name: string, text: string}[]} */
export const EMOJI = WORDS.flatMap((name, at) => (at % 2 ? [] : [{ name, text: WORDS[at + 1] }]));
