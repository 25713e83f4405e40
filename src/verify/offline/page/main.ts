import { checkPackage, type Report } from '../check-package.ts'
import { parseGiven } from '../given-keys.ts'
import type { Picked } from '../open-package.ts'
import type { Progress } from '../progress.ts'
import { amount } from '../words.ts'
import { byId, element } from './elements.ts'
import { droppedFiles, pickedFiles } from './intake.ts'
import { reportView } from './report-view.ts'

const page = {
  drop: byId('drop', HTMLElement),
  folder: byId('folder', HTMLInputElement),
  files: byId('files', HTMLInputElement),
  chosen: byId('chosen', HTMLElement),
  key: byId('key', HTMLTextAreaElement),
  keyForm: byId('key-form', HTMLFormElement),
  keyButton: byId('key-button', HTMLButtonElement),
  keyError: byId('key-error', HTMLElement),
  running: byId('running', HTMLElement),
  step: byId('step', HTMLElement),
  bar: byId('bar', HTMLProgressElement),
  stop: byId('stop', HTMLButtonElement),
  status: byId('status', HTMLElement),
  result: byId('result', HTMLElement),
}

let picked: readonly Picked[] = []
let running: AbortController | undefined

document.documentElement.classList.add('ready')
byId('choose-folder', HTMLButtonElement).addEventListener('click', () => page.folder.click())
byId('choose-files', HTMLButtonElement).addEventListener('click', () => page.files.click())
page.stop.addEventListener('click', () => running?.abort())
for (const input of [page.folder, page.files]) {
  input.addEventListener('change', () => {
    const chosen = input.files === null ? [] : pickedFiles(input.files)
    // So that the same folder can be chosen again after it was changed.
    input.value = ''
    if (chosen.length > 0) start(chosen)
  })
}
page.keyForm.addEventListener('submit', (event) => {
  event.preventDefault()
  if (picked.length > 0) start(picked)
})

// Anywhere on the page: a file dropped beside the field would otherwise replace the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  page.drop.classList.add('over')
})
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) page.drop.classList.remove('over')
})
document.addEventListener('drop', (event) => {
  event.preventDefault()
  page.drop.classList.remove('over')
  if (event.dataTransfer === null) return
  droppedFiles(event.dataTransfer).then(
    (files) => files.length > 0 && start(files),
    () =>
      show(
        failure(
          'The browser could not read what was dropped. Choose the folder with the button instead.',
        ),
      ),
  )
})

function start(files: readonly Picked[]): void {
  picked = files
  check(files).catch((error: unknown) => {
    show(
      failure(
        `The check itself has failed: ${String(error)}. Nothing can be said about the export.`,
      ),
    )
  })
}

async function check(files: readonly Picked[]): Promise<void> {
  const given = parseGiven(page.key.value)
  page.keyError.hidden = given !== undefined
  page.key.setAttribute('aria-invalid', String(given === undefined))
  page.chosen.replaceChildren(chosenName(files))
  page.keyButton.hidden = false
  if (given === undefined) {
    page.key.focus()
    return
  }
  running?.abort()
  const own = new AbortController()
  running = own
  page.result.replaceChildren()
  page.running.hidden = false
  page.status.textContent = 'Checking'
  let report: Report
  try {
    report = await checkPackage(files, given, { signal: own.signal, onProgress: showProgress })
  } catch (error) {
    if (!own.signal.aborted) throw error
    if (running === own)
      show(failure('The check was stopped. Nothing can be said about the export.'))
    return
  }
  if (running === own) show(reportView(report, chosenName(files), new Date()))
}

function showProgress({ step, done, of }: Progress): void {
  const percent = of === 0 ? 0 : Math.min(100, Math.floor((done / of) * 100))
  page.step.textContent = `${step}: ${percent} %`
  page.bar.value = percent
}

function show(view: HTMLElement): void {
  running = undefined
  page.running.hidden = true
  page.result.replaceChildren(view)
  const heading = view.querySelector('h2')
  page.status.textContent = heading?.textContent ?? ''
  heading?.focus()
}

function failure(why: string): HTMLElement {
  return element(
    'section',
    { class: 'verdict broken' },
    element('h2', { tabindex: '-1' }, 'Not checked'),
    element('p', {}, why),
  )
}

function chosenName(files: readonly Picked[]): string {
  const [first] = files
  const name = first?.path.split('/')[0] ?? ''
  const count = amount(files.length, 'file')
  if (files.length === 1) return name
  return first?.path.includes('/') === true ? `${name} (${count})` : count
}
