import type { Picked } from '../open-package.ts'

/** The files that a person picked: a folder, or one by one. */
export function pickedFiles(list: FileList): Picked[] {
  return Array.from(list, (file) => ({ path: file.webkitRelativePath || file.name, blob: file }))
}

/** The files that a person dropped: files, and everything in folders. */
export async function droppedFiles(transfer: DataTransfer): Promise<Picked[]> {
  // Before the first wait: the browser empties the list once the event is over.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry())
  const plain = pickedFiles(transfer.files)
  const files: Picked[] = []
  for (const entry of entries) {
    if (entry !== null) await collect(entry, files)
  }
  return files.length > 0 ? files : plain
}

async function collect(entry: FileSystemEntry, files: Picked[]): Promise<void> {
  if (isFile(entry)) {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    files.push({ path: entry.fullPath.replace(/^\//, ''), blob })
  } else if (isFolder(entry)) {
    const reader = entry.createReader()
    // A folder is told in parts; an empty part is its end.
    for (;;) {
      const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      )
      if (part.length === 0) return
      for (const one of part) await collect(one, files)
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
