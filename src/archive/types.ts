import type { KeyObject } from 'node:crypto'

/** `records`: what sources served. `activity`: what our operators did, and every word that no log entry may hold. */
export type Stream = 'records' | 'activity'

/** One record as a line of a segment keeps it. Exactly one of `raw` and `rawBase64` is set. */
export interface RecordLine {
  readonly v: 1
  readonly tenant: string
  readonly sequence: number
  readonly namespace: string
  /** The native id; absent when the record has none. */
  readonly id?: string
  /** Name of the source: lower-case letters, digits, `.` and `-`, at most 64 characters. */
  readonly source: string
  /** Id of the container (file, page, blob) that the record was served in. */
  readonly container: string
  /** Byte offsets in the container, half open: [start, end). */
  readonly range: readonly [number, number]
  /** ISO 8601 UTC with milliseconds. */
  readonly receivedAt: string
  /** 16 random bytes as base64url: makes the leaf hash unguessable. */
  readonly salt: string
  /** The served text, byte for byte, when it is valid UTF-8. */
  readonly raw?: string
  /** The served bytes, when they are not valid UTF-8. */
  readonly rawBase64?: string
}

/** One act as a line of the `activity` stream keeps it. */
export interface ActivityLine {
  readonly v: 1
  readonly tenant: string
  readonly sequence: number
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string
  readonly kind: string
  readonly actor: string
  readonly salt: string
  readonly body: Readonly<Record<string, unknown>>
}

/** One zstd frame of up to 64 lines, as workers build it and the writer appends it. */
export interface Frame {
  /** The compressed frame. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Number of lines. */
  readonly count: number
  /** Length of the lines, line feeds included, before compression. */
  readonly rawBytes: number
  /** RFC 6962 leaf hashes of the lines, 32 bytes each. */
  readonly leaves: Uint8Array<ArrayBuffer>
}

/** Where one frame lies: plain data, may be posted to a worker. */
export interface FrameRef {
  /** Absolute path of the segment's file. */
  readonly file: string
  /** Where the file goes when it is sealed; equals `file` once it is. Tried when `file` is gone. */
  readonly sealedFile: string
  readonly offset: number
  readonly length: number
  readonly rawBytes: number
  /** Sequence of the first line. */
  readonly first: number
  readonly count: number
}

/** What the log says of a sealed segment (the entry's fields, spec section "Manifest"). */
export interface Manifest {
  readonly v: 1
  readonly kind: 'segment' | 'activity'
  readonly segment: string
  readonly tenant: string
  readonly class: string
  /** Calendar quarter of the retention start: `2026-q1`. */
  readonly quarter: string
  readonly first: number
  readonly count: number
  /** RFC 6962 root over the record leaves, base64. */
  readonly recordsRoot: string
  /** SHA-256 of the whole file, base64. */
  readonly sha256: string
  readonly bytes: number
  readonly epoch: number
  readonly openedAt: string
  readonly sealedAt: string
  /** Reserved: absent in version 1 archives that are not encrypted. */
  readonly cipher?: string
  readonly keyRef?: string
}

/** Any entry of the log. */
export interface LogEntry {
  readonly index: number
  readonly kind: string
  /** The exact bytes of the leaf. */
  readonly bytes: Uint8Array
  readonly body: Readonly<Record<string, unknown>>
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** The signed note, verbatim. */
  readonly text: string
}

/** The log's signing key. `vkey` is public: `daybook/<tenant>+<key id>+<base64>`. */
export interface SigningKey {
  readonly name: string
  readonly privateKey: KeyObject
  readonly vkey: string
}

export interface AppendGroup {
  readonly stream: Stream
  /** Retention class: lower-case letters, digits and `-`, at most 32 characters. `activity` for the activity stream. */
  readonly class: string
  /** `quarterOf(date)`. */
  readonly quarter: string
  /** Sequence of the first line of the first frame: must be `nextSequence(stream)`. */
  readonly first: number
  readonly frames: readonly Frame[]
}

/** What opening a writer found and mended; every list empty after a clean stop. */
export interface Recovery {
  /** Unacknowledged bytes cut off the end of an open segment. */
  readonly truncated: readonly { readonly file: string; readonly bytes: number }[]
  /** Segments whose file was complete but not yet in the log. */
  readonly adopted: readonly string[]
  /** Log entries that were written but not yet covered by a checkpoint. */
  readonly entries: number
  /** Temporary files removed. */
  readonly removed: readonly string[]
}

/** The only writer of one tenant's archive. Calls run one after the other, in the order they were made. */
export interface ArchiveWriter {
  readonly tenant: string
  readonly recovery: Recovery
  nextSequence(stream: Stream): number
  /** Resolves once the lines are fsynced ("recorded"). After a rejection the writer refuses everything until reopened. */
  append(group: AppendGroup): Promise<void>
  /** Seals the open segments older than 60 s. Returns what was sealed. */
  sealIfDue(now: Date): Promise<readonly Manifest[]>
  /** Seals the open segment of one stream, or of all. */
  seal(stream?: Stream): Promise<readonly Manifest[]>
  /** Appends one entry of another kind (no personal data!) and signs a checkpoint. Resolves to its index in the log. */
  appendEntry(kind: string, body: Readonly<Record<string, unknown>>): Promise<number>
  checkpoint(): Checkpoint
  /** Seals what is open (unless `seal: false`) and closes the files. */
  close(options?: { readonly seal?: boolean }): Promise<void>
}

export interface SegmentRef {
  readonly id: string
  readonly stream: Stream
  readonly state: 'sealed' | 'open'
  readonly class: string
  readonly quarter: string
  readonly first: number
  readonly count: number
  /** Absolute path. */
  readonly file: string
  /** Size of the file; of an open one its acknowledged part. */
  readonly bytes: number
  /** Sealed ones only. */
  readonly manifest?: Manifest
  readonly logIndex?: number
}

/** Reads one tenant's archive; any number beside the writer, in any process. Call `refresh()` to see what came later. */
export interface ArchiveReader {
  readonly tenant: string
  readonly directory: string
  refresh(): Promise<void>
  /** Sequence after the last recorded one. */
  nextSequence(stream: Stream): number
  segments(stream: Stream): readonly SegmentRef[]
  /** The segment that holds a sequence; undefined when there is none (yet). */
  segmentOf(sequence: number, stream?: Stream): SegmentRef | undefined
  /** The frame that holds a sequence; undefined when there is none (yet). */
  locate(sequence: number, stream?: Stream): Promise<FrameRef | undefined>
  /** Line bytes by sequence, without the line feed; absent sequences are missing from the map. */
  read(sequences: readonly number[], stream?: Stream): Promise<Map<number, Uint8Array>>
  /** Every frame from the one that holds `from`, in order: post them to workers, `decodeFrame()` them there. */
  frames(from: number, stream?: Stream): AsyncIterable<FrameRef>
  /** Every line from `from`, in order, frame by frame. */
  scan(
    from: number,
    stream?: Stream,
  ): AsyncIterable<{ readonly first: number; readonly lines: readonly Uint8Array[] }>
  /** The latest checkpoint; undefined before the first. */
  checkpoint(): Checkpoint | undefined
  /** Entries of the log from an index, in order. */
  entries(from?: number): AsyncIterable<LogEntry>
}

// Signatures of the functions, file by file:
//   line.ts       encodeLine(line: Omit<RecordLine, 'v'>): string                 (no line feed)
//                 encodeActivity(line: Omit<ActivityLine, 'v'>): string
//                 decodeLine(bytes: Uint8Array): RecordLine                       (throws BAD_LINE)
//                 decodeActivity(bytes: Uint8Array): ActivityLine
//                 rawOf(line: RecordLine): Uint8Array                             (the served bytes)
//                 newSalt(): string
//   frames.ts     encodeFrames(lines: readonly string[]): Frame[]                 (pure, for workers)
//                 decodeFrame(ref: FrameRef): Uint8Array[]                        (sync, reads the file; for workers)
//   layout.ts     quarterOf(at: Date): string
//   keys.ts       generateKey(tenant): SigningKey; loadOrCreateKey(file, tenant): Promise<SigningKey>
//   writer.ts     openWriter({ directory, key, epoch, software, clock, files? }): Promise<ArchiveWriter>
//                 `directory` = <archive>/<tenant>; the tenant is the key's (`daybook/<tenant>`).
//   reader.ts     openReader(directory, { cacheBytes? }): Promise<ArchiveReader>
//   proof.ts      proveRecord(reader, sequence, stream?): Promise<{ proof: string; line: Uint8Array }>  (NOT_SEALED, NOT_FOUND)
// verify/:
//   index.ts      verifyArchive(directory, { publicKey?, since?, onProgress? }): Promise<Report>
//                 verifyProof({ proof, record, publicKey }): ProofVerdict
