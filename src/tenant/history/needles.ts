// What is planted in the corpus, so that a search has a known answer. Every planted word holds a q or an x
// beside letters that the made-up words cannot have (languages.ts), or is kept out of the vocabulary.

/** One planted session: an ordinary one with audit record, prompt and answer, apart from what is said here. */
export interface Plant {
  /** Which needle it counts for; null: a decoy, which looks alike and must not be found. */
  readonly needle: string | null
  readonly turns: number
  readonly prompt: string
  readonly answer: string
  readonly jailbreak: boolean
  /** By the person that appears nowhere else. */
  readonly byNeedleMember: boolean
  /** Reads the file that appears nowhere else. */
  readonly readsNeedleFile: boolean
  /** Days by which the audit record, and the two texts, arrive late. */
  readonly auditDelay: number
  readonly textDelay: number
  /** 0: English, else as `Member.language`. */
  readonly language: number
}

const PLAIN: Plant = {
  needle: null,
  turns: 1,
  prompt: '',
  answer: '',
  jailbreak: false,
  byNeedleMember: false,
  readsNeedleFile: false,
  auditDelay: 0,
  textDelay: 0,
  language: 0,
}

const CHINESE = 6
const JAPANESE = 7

const times = (count: number, plant: (n: number) => Partial<Plant>): readonly Plant[] =>
  Array.from({ length: count }, (_, n) => ({ ...PLAIN, ...plant(n) }))

/** The session of nine turns comes first, so that even a small corpus has it. */
const PLANTS: readonly Plant[] = [
  ...times(1, () => ({ needle: 'long session', turns: 9, prompt: 'quexodromic' })),
  ...times(7, (n) => ({ needle: 'rare word', [n % 2 === 0 ? 'prompt' : 'answer']: 'vexolith' })),
  ...times(5, () => ({ needle: 'phrase', answer: 'quixotic amberfall ledger' })),
  ...times(5, () => ({ answer: 'ledger amberfall quixotic' })),
  ...times(4, (n) => ({
    needle: 'flag and word',
    prompt: 'quexmerger',
    jailbreak: true,
    ...(n % 2 === 0 ? { auditDelay: 3 } : { textDelay: 3 }),
  })),
  ...times(6, (n) => ({ prompt: 'quexmerger', textDelay: n % 4 })),
  ...times(6, (n) => ({
    needle: 'accented word',
    answer: n % 2 === 0 ? 'naïvexité' : 'Naïvexité',
  })),
  ...times(3, () => ({ needle: 'Chinese word', prompt: '关于麒麟的', language: CHINESE })),
  ...times(3, () => ({ needle: 'Japanese word', answer: 'カーバンクル', language: JAPANESE })),
  ...times(6, (n) => ({
    needle: 'prefix',
    prompt: ['xenoquartz', 'xenoquartzite', 'XENOQUARTZES'][n % 3] ?? '',
  })),
  ...times(6, () => ({ needle: 'file', readsNeedleFile: true })),
  ...times(24, () => ({ needle: 'person', byNeedleMember: true })),
]

/** KQL that finds the items of a needle that is told by words alone. */
export const WORD_QUERIES: Readonly<Record<string, string>> = {
  'rare word': 'vexolith',
  phrase: '"quixotic amberfall ledger"',
  'flag and word': 'jailbreak:true AND quexmerger',
  'accented word': 'naïvexité',
  'Chinese word': '麒麟',
  'Japanese word': 'カーバンクル',
  prefix: 'xenoquartz*',
  file: 'file:"Vexqual Diligence Memo.docx"',
}

/** The plants of one day: spread over the active days, one at a time, in an order that looks like chance. */
export function plantsOf(dayPosition: number, activeDays: number): readonly Plant[] {
  const step = strideOf(activeDays)
  return PLANTS.filter((_, n) => (n * step) % activeDays === dayPosition)
}

function strideOf(days: number): number {
  let step = Math.max(1, Math.round(days * 0.618))
  while (common(step, days) !== 1) step += 1
  return step
}

function common(a: number, b: number): number {
  return b === 0 ? a : common(b, a % b)
}
