import { killRebuilds } from './rebuild-kill.suite.ts'

killRebuilds(Array.from({ length: 12 }, (_, n) => 0.25 + n * 0.06))
