/** What a language needs so that texts in it look like it: real small words, and sounds for the others. */
export interface Language {
  /** As Graph's `locale` spells it. */
  readonly locale: string
  /** The commonest words, real ones, by rank. */
  readonly small: readonly string[]
  readonly onsets: readonly string[]
  readonly nuclei: readonly string[]
  readonly codas: readonly string[]
  /** Blank between words; Chinese and Japanese have none. */
  readonly spaced: boolean
  readonly stop: string
  /** What an application asks by itself when a document or a thread of mail is opened. */
  readonly automatic: readonly [string, string]
}

const list = (words: string): readonly string[] => words.split(' ')

const ENGLISH_SMALL = list(
  'the of to and a in is for on that with as by this be are it from at or an was which will have not can has your you we our their more all also but other its any may been these some would there they new if one about into each then than out up what how who when where only over no so should between do after before most two both during such here them us while well through under per based next last first please could need used using like make get help',
)

/** English-like; no word made of these sounds holds a q, an x or a j, so that needles cannot arise by chance. */
export const ENGLISH: Language = {
  locale: 'en-us',
  small: ENGLISH_SMALL,
  onsets: list(
    'b c d f g h k l m n p r s t v w b c d f g h k l m n p r s t v w br cr dr fl gr pl pr st tr sh th cl sp',
  ),
  nuclei: list('a e i o u a e i o ea ou ai io'),
  codas: ['', '', '', '', ...list('n r l s t m d nt rd st ck')],
  spaced: true,
  stop: '.',
  automatic: ['Summarize this document', 'Summarize this email thread'],
}

/** The seven others; together a tenth of the text. */
export const OTHERS: readonly Language[] = [
  {
    locale: 'de-de',
    small: list(
      'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum kann nur ihr seine oder für uns wir können müssen',
    ),
    onsets: list('b d f g h k l m n p r s t w z sch st br gr kr pf tr'),
    nuclei: list('a e i o u ä ö ü ei au ie'),
    codas: ['', '', ...list('n r l s t ng cht ß rt nd')],
    spaced: true,
    stop: '.',
    automatic: ['Dieses Dokument zusammenfassen', 'Diesen E-Mail-Thread zusammenfassen'],
  },
  {
    locale: 'fr-fr',
    small: list(
      'de la le et les des en un du une que est pour dans qui par plus pas au sur ne se ce il sont avec été à nous vous mais ou où très même leur cette aux',
    ),
    onsets: list('b c d f g l m n p r s t v ch br cl dr gr pr tr'),
    nuclei: list('a e i o u é è ê ou oi au eau'),
    codas: ['', '', ...list('n r l s t ment tion')],
    spaced: true,
    stop: '.',
    automatic: ['Résumer ce document', 'Résumer cette conversation par e-mail'],
  },
  {
    locale: 'es-es',
    small: list(
      'de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había está',
    ),
    onsets: list('b c d f g l m n p r s t v ñ ll br cr pl tr'),
    nuclei: list('a e i o u á é í ó ue ie'),
    codas: ['', '', '', ...list('n r l s do ción')],
    spaced: true,
    stop: '.',
    automatic: ['Resumir este documento', 'Resumir esta conversación de correo'],
  },
  {
    locale: 'pt-br',
    small: list(
      'de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está também só pelo pela até',
    ),
    onsets: list('b c d f g l m n p r s t v lh nh br pr tr'),
    nuclei: list('a e i o u ã õ á é ê ei ou'),
    codas: ['', '', '', ...list('r l s m ção do')],
    spaced: true,
    stop: '.',
    automatic: ['Resumir este documento', 'Resumir esta conversa de e-mail'],
  },
  {
    locale: 'pl-pl',
    small: list(
      'w i na z do się nie że jest to o po jak za od dla przez są był co tak być może tego ich już oraz lub także które który można został więc',
    ),
    onsets: list('b c d g k l ł m n p r s t w z cz sz rz ś ż kr pr st'),
    nuclei: list('a e i o u y ą ę ó ie'),
    codas: ['', '', '', ...list('n r l m ść ć k wy')],
    spaced: true,
    stop: '.',
    automatic: ['Podsumuj ten dokument', 'Podsumuj ten wątek e-mail'],
  },
  {
    locale: 'zh-cn',
    small: Array.from(
      '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经',
    ),
    onsets: Array.from(
      '项目合同预算报告会议客户市场数据分析计划团队需求设计测试质量风险成本收入支出采购销售服务支持系统平台安全文件邮件审批流程部门员工培训招聘薪酬绩效目标季度年度总结建议方案问题解决更新版本发布运营推广渠道供应物流库存生产制造研究开发技术创新战略管理财务税务法律合规审计',
    ),
    nuclei: Array.from(
      '表单组员长期限额度量比率值类型号码名称内容范围条件结果原因影响措施步骤时间地点人数',
    ),
    codas: ['', '', '化', '性', '部', '书'],
    spaced: false,
    stop: '。',
    automatic: ['总结此文档', '总结此电子邮件会话'],
  },
  {
    locale: 'ja-jp',
    small: [
      'の',
      'に',
      'は',
      'を',
      'た',
      'が',
      'で',
      'て',
      'と',
      'し',
      'れ',
      'さ',
      'ある',
      'いる',
      'も',
      'する',
      'から',
      'な',
      'こと',
      'として',
      'い',
      'や',
      'など',
      'なっ',
      'ない',
      'この',
      'ため',
      'その',
      'また',
      'もの',
      'という',
      'あり',
      'まで',
      'られ',
      'なる',
      'へ',
      'か',
      'だ',
      'これ',
      'によって',
      'により',
      'おり',
      'より',
      'による',
      'ず',
      'なり',
      'られる',
      'において',
    ],
    onsets: Array.from(
      '契約予算報告会議顧客市場資料分析計画組織要件設計試験品質危険費用収益支払購買販売業務支援機能安全文書承認手続部署社員研修採用給与評価目標期間年度要約提案課題解決更新公開運用',
    ),
    nuclei: Array.from('書表項案件量値率型号名内外時所数者会社員長点面線'),
    codas: ['', 'アル', 'イン', 'シス', 'テム', 'ド', 'ント', 'する', 'した'],
    spaced: false,
    stop: '。',
    automatic: ['このドキュメントを要約してください', 'このメール スレッドを要約してください'],
  },
]

/** Number of words of each of the other languages; English has the 50,000 of the corpus's definition. */
export const OTHER_WORDS = 4_000
export const ENGLISH_WORDS = 50_000
