import { killRebuilds } from './rebuild-kill.suite.ts'

const moments = Array.from({ length: 12 }, (_, n) => 250 + n * 75)

killRebuilds(moments, moments)
