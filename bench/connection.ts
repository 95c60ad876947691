/** One HTTP/1.1 connection that is kept alive: writes prebuilt requests, finds the end of answers by Content-Length. */
import { connect, type Socket } from 'node:net'

const BUFFER_BYTES = 65_536

export class Connection {
  readonly #socket: Socket
  readonly #onAnswer: (connection: Connection, status: number, body: string) => void
  #pending: Buffer | undefined
  #body = ''
  #left = -1
  #status = 0
  #keep = false
  /** The request under way, when it was due, and when this connection became free. */
  index = -1
  dueMs = 0
  freeMs = 0
  /** The last write that was answered on this connection. */
  answered = -1
  readsBack = false

  private constructor(
    port: number,
    onAnswer: (connection: Connection, status: number, body: string) => void,
    onReady: () => void,
    onError: (error: Error) => void,
  ) {
    this.#onAnswer = onAnswer
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
    const callback = (bytes: number): boolean => {
      this.#take(buffer.subarray(0, bytes))
      return true
    }
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback } })
    this.#socket.once('connect', onReady)
    this.#socket.on('error', onError)
  }

  static open(
    port: number,
    onAnswer: (connection: Connection, status: number, body: string) => void,
    onError: (error: Error) => void,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let ready = false
      const connection = new Connection(
        port,
        onAnswer,
        () => {
          ready = true
          resolve(connection)
        },
        (error) => {
          if (ready) onError(error)
          else reject(error)
        },
      )
    })
  }

  /** @param keep whether the body of the answer is wanted. */
  send(request: Buffer, keep: boolean): void {
    this.#keep = keep
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  /** There is never more than one answer under way. */
  #take(chunk: Buffer): void {
    let begin = 0
    if (this.#left < 0) {
      const data = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk])
      const end = data.indexOf('\r\n\r\n')
      this.#pending = end < 0 ? Buffer.from(data) : undefined
      if (end < 0) return
      const head = data.toString('latin1', 0, end)
      this.#status = Number(head.slice(9, 12))
      this.#left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      begin = end + 4 - (data.length - chunk.length)
    }
    this.#left -= chunk.length - begin
    if (this.#keep || this.#status >= 400) this.#body += chunk.toString('latin1', Math.max(0, begin))
    if (this.#left > 0) return
    const body = this.#body
    this.#left = -1
    this.#body = ''
    this.#onAnswer(this, this.#status, body)
  }
}
