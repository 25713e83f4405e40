import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { append, aWriter } from '../archive/builders.suite.ts'
import { aFolder } from '../archive/folder.suite.ts'
import { proveInclusion } from '../archive/log-files.ts'
import { leafHash } from '../archive/merkle.ts'
import { openReader } from '../archive/reader.ts'
import { localFiles } from '../platform/files.ts'

// The reader of Go's checksum database, on a log of ours: note, tiles, inclusion and consistency.
const PROGRAM = `package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

type tiles struct{ log string }

func (tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		// C2SP leaves the tile's height out of the path.
		bytes, err := os.ReadFile(filepath.Join(t.log, "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	log := os.Args[1]
	verifier := must(note.NewVerifier(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(log, "vkey")))))))
	opened := must(note.Open(must(os.ReadFile(filepath.Join(log, "checkpoint"))), note.VerifierList(verifier)))
	lines := strings.Split(opened.Text, "\\n")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	var root tlog.Hash
	copy(root[:], must(base64.StdEncoding.DecodeString(lines[2])))
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{log})
	index := must(strconv.ParseInt(os.Args[2], 10, 64))
	var leaf tlog.Hash
	copy(leaf[:], must(base64.StdEncoding.DecodeString(os.Args[3])))
	proof := must(tlog.ProveRecord(size, index, reader))
	if err := tlog.CheckRecord(proof, size, root, index, leaf); err != nil {
		panic(err)
	}
	old := size - 7
	tree := must(tlog.ProveTree(size, old, reader))
	if err := tlog.CheckTree(tree, size, root, old, must(tlog.TreeHash(old, reader))); err != nil {
		panic(err)
	}
	fmt.Println(lines[0], size)
	for _, hash := range proof {
		fmt.Println(base64.StdEncoding.EncodeToString(hash[:]))
	}
}
`

function goModule(): { go: string; folder: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-go-'))
  for (const go of ['go', '/usr/local/go/bin/go'])
    try {
      writeFileSync(join(folder, 'main.go'), PROGRAM)
      writeFileSync(join(folder, 'go.mod'), 'module verify\n\ngo 1.21\n')
      execFileSync(go, ['get', 'golang.org/x/mod@v0.20.0'], { cwd: folder, stdio: 'ignore' })
      return { go, folder }
    } catch {
      continue
    }
  rmSync(folder, { recursive: true, force: true })
  return undefined
}

const module = goModule()
if (module === undefined)
  process.stderr.write('skipped: no Go, or golang.org/x/mod cannot be had\n')

test.skipIf(module === undefined)(
  "Go's sumdb reads a log of ours, and makes the same proof",
  async () => {
    if (module === undefined) return
    const directory = aFolder()
    const writer = await aWriter(directory)
    for (let at = 0; at < 300; at += 1) await writer.appendEntry('coverage', { n: at })
    await append(writer, 5)
    await writer.close()
    const reader = await openReader(directory)
    const [segment] = reader.segments('records')
    const size = reader.checkpoint()?.size ?? 0
    let leaf = ''
    for await (const { bytes } of reader.entries(segment?.logIndex))
      leaf = leafHash(bytes).toString('base64')

    const index = segment?.logIndex ?? 0
    const args = ['run', '.', join(directory, 'log'), String(index), leaf]
    const [first, ...hashes] = execFileSync(module.go, args, { cwd: module.folder })
      .toString()
      .trim()
      .split('\n')

    expect(first).toBe(`daybook/contoso ${size}`)
    const ours = await proveInclusion(localFiles, directory, index, size)
    expect(hashes).toEqual(ours.map((hash) => Buffer.from(hash).toString('base64')))
    rmSync(module.folder, { recursive: true, force: true })
  },
)
