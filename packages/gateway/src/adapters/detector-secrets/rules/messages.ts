import type { Rule } from '../../../patterns/rule.js'
import { isRandom, makeup } from '../judge/random.js'
import { HEX, LETTERS_DIGITS, marked, named, UUID, weaklyMarked } from './shape.js'

const SLASH = '\\\\?/'
const HTTPS = `https:${SLASH}${SLASH}`

/** Chat, mail, text messages, social networks; addresses that whoever knows may post to. */
export const MESSAGES: readonly Rule[] = [
  marked('slack-token', 'secret.slack', 'xox[abeoprscd]-[A-Za-z0-9%+/=-]{16,260}'),
  marked('slack-configuration', 'secret.slack', 'xoxe\\.xox[bp]-[0-9]-[A-Za-z0-9]{100,200}'),
  marked('slack-app', 'secret.slack', 'xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,16}-[a-z0-9]{40,80}'),
  marked('slack-workflow', 'secret.slack', 'xwfp-[A-Za-z0-9-]{20,160}'),
  marked(
    'slack-webhook',
    'secret.slack',
    `${HTTPS}hooks\\.slack(?:-gov)?\\.com${SLASH}(?:services|workflows|triggers)${SLASH}[A-Za-z0-9+/\\\\]{30,100}`,
  ),
  marked(
    'discord-webhook',
    'secret.discord',
    `${HTTPS}(?:ptb\\.|canary\\.)?discord(?:app)?\\.com${SLASH}api${SLASH}(?:v[0-9]{1,2}${SLASH})?webhooks${SLASH}[0-9]{16,20}${SLASH}[A-Za-z0-9_-]{50,90}`,
  ),
  marked('discord-bot-token', 'secret.discord', '[MNO][A-Za-z0-9_-]{22,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40}'),
  marked('discord-mfa-token', 'secret.discord', 'mfa\\.[A-Za-z0-9_-]{80,90}'),
  named('discord-client-secret', 'secret.discord', 'discord', '[A-Za-z0-9_-]{32}'),
  marked(
    'teams-webhook',
    'secret.teams',
    `${HTTPS}[a-z0-9-]{1,60}\\.webhook\\.office\\.com${SLASH}webhookb2${SLASH}[A-Za-z0-9@/\\\\-]{70,300}`,
  ),
  marked(
    'teams-legacy-webhook',
    'secret.teams',
    `${HTTPS}outlook\\.office(?:365)?\\.com${SLASH}webhook${SLASH}[A-Za-z0-9@/\\\\-]{70,300}`,
  ),
  marked(
    'google-chat-webhook',
    'secret.google',
    `${HTTPS}chat\\.googleapis\\.com${SLASH}v1${SLASH}spaces${SLASH}[A-Za-z0-9_-]{6,20}${SLASH}messages\\?key=[A-Za-z0-9_-]{20,60}(?:&|\\\\u0026)token=[A-Za-z0-9_%-]{20,90}`,
  ),
  marked(
    'zapier-webhook',
    'secret.zapier',
    `${HTTPS}hooks\\.zapier\\.com${SLASH}hooks${SLASH}catch${SLASH}[0-9]{4,12}${SLASH}[A-Za-z0-9]{5,20}`,
  ),
  marked('make-webhook', 'secret.make', `${HTTPS}hook\\.(?:[a-z]{2}[0-9]\\.)?make\\.com${SLASH}[a-z0-9]{20,40}`),
  marked(
    'ifttt-webhook',
    'secret.ifttt',
    `${HTTPS}maker\\.ifttt\\.com${SLASH}trigger${SLASH}[A-Za-z0-9_-]{1,60}${SLASH}(?:json${SLASH})?with${SLASH}key${SLASH}[A-Za-z0-9_-]{20,60}`,
  ),
  marked('telegram-bot-token', 'secret.telegram', '[0-9]{8,10}:A[A-Za-z0-9_-]{34}'),
  marked('twilio-key', 'secret.twilio', `SK${HEX}{32}`),
  named('twilio-auth-token', 'secret.twilio', 'twilio|auth_token|authtoken', `${HEX}{32}`),
  marked('sendgrid-key', 'secret.sendgrid', 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}'),
  marked('mailgun-key', 'secret.mailgun', `key-${HEX}{32}`),
  named('mailgun-private', 'secret.mailgun', 'mailgun', `${HEX}{32}-${HEX}{8}-${HEX}{8}`),
  named('mailchimp-key', 'secret.mailchimp', 'mailchimp|mc[_-]api', `${HEX}{32}-us[0-9]{1,2}`),
  weaklyMarked('mandrill-key', 'secret.mandrill', 'md-[A-Za-z0-9_-]{22}'),
  marked('brevo-key', 'secret.brevo', `x(?:keysib|smtpsib)-${HEX}{64}-[A-Za-z0-9]{16}`),
  weaklyMarked('resend-key', 'secret.resend', 're_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,28}'),
  named('postmark-token', 'secret.postmark', 'postmark|x-postmark-server-token', UUID),
  named('mailjet-key', 'secret.mailjet', 'mailjet|mj_apikey', `${HEX}{32}`),
  named('sparkpost-key', 'secret.sparkpost', 'sparkpost', `${HEX}{40}`),
  marked('mailersend-key', 'secret.mailersend', `mlsn\\.${HEX}{64}`),
  marked('klaviyo-key', 'secret.klaviyo', 'pk_[a-f0-9]{34}'),
  named('messagebird-key', 'secret.messagebird', 'messagebird|message[_-]bird', '[A-Za-z0-9]{25}'),
  named('vonage-secret', 'secret.vonage', 'vonage|nexmo', '[A-Za-z0-9]{16}'),
  named('plivo-token', 'secret.plivo', 'plivo', '[A-Za-z0-9]{40}'),
  named('sendbird-token', 'secret.sendbird', 'sendbird', `(?:${HEX}{40}|${UUID})`),
  named('mattermost-token', 'secret.mattermost', 'mattermost', '[a-z0-9]{26}'),
  named('gitter-token', 'secret.gitter', 'gitter', `${HEX}{40}`),
  named('zoom-secret', 'secret.zoom', 'zoom', '[A-Za-z0-9]{32,36}'),
  marked('facebook-token', 'secret.facebook', 'EAA[A-Za-z0-9]{80,300}'),
  named('facebook-secret', 'secret.facebook', 'facebook|fb_app|fb_secret', `${HEX}{32}`),
  marked('facebook-app-token', 'secret.facebook', '[0-9]{15,16}(?:\\||%7C)[A-Za-z0-9_-]{27,40}'),
  marked('instagram-token', 'secret.instagram', 'IG(?:QV|QW|AA)[A-Za-z0-9_-]{60,300}'),
  {
    ...marked('twitter-bearer', 'secret.twitter', 'A{20,24}[A-Za-z0-9%]{60,120}'),
    // Zeros in base64 look the same, but not to their ends.
    before: 'A-Za-z0-9_+/=',
    behind: 'A-Za-z0-9_+/=',
    check: ({ text, end }) => (isRandom(makeup(text, end - 60, end)) ? { score: 0.9 } : undefined),
  },
  named('twitter-token', 'secret.twitter', 'twitter|access[_-]token|x[_-]api', '[0-9]{15,20}-[A-Za-z0-9]{30,45}'),
  named('twitter-secret', 'secret.twitter', 'twitter', `${LETTERS_DIGITS}{25,50}`),
  weaklyMarked('linkedin-secret', 'secret.linkedin', 'WPL_AP[0-9]\\.[A-Za-z0-9]{16}\\.[A-Za-z0-9+/=]{6,12}'),
  named('linkedin-legacy', 'secret.linkedin', 'linkedin', '[A-Za-z0-9]{16}'),
  named('twitch-token', 'secret.twitch', 'twitch', '[a-z0-9]{30}'),
  weaklyMarked('twitch-chat', 'secret.twitch', 'oauth:[a-z0-9]{30}'),
  named('spotify-secret', 'secret.spotify', 'spotify', `${HEX}{32}`),
  named('reddit-secret', 'secret.reddit', 'reddit', '[A-Za-z0-9_-]{27,30}'),
  named('flickr-secret', 'secret.flickr', 'flickr', `${HEX}{32}`),
]
