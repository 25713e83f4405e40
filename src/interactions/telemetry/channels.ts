// Channels of Copilot Studio to surfaces (docs/spec/interaction-model.md, "Telemetry"). A web page's chat is not
// Microsoft's "Copilot Web Chat", so channels have names of their own.
const SURFACES: Readonly<Record<string, string>> = {
  msteams: 'Teams',
  teams: 'Teams',
  m365copilot: 'Chat',
  m365extensions: 'Chat',
  sharepoint: 'SharePoint',
  'pva-studio': 'Copilot Studio',
  pvastudio: 'Copilot Studio',
  'pva-autonomous': 'Autonomous',
  webchat: 'Agent web chat',
  'pva-website': 'Agent web chat',
  directline: 'Direct Line',
  directlinespeech: 'Direct Line',
  telephony: 'Telephony',
  omnichannel: 'Omnichannel',
}

/** Where an agent's conversation took place; unknown channels keep their name. */
export function surfaceOfChannel(channel: string | null): string | null {
  return channel === null ? null : (SURFACES[channel.toLowerCase()] ?? channel)
}
