import type { AgentFrame, ReportItem, ServerFrame, SignedTime } from '@corefleet/contracts/device-protocol';
import type { LoadedCommand } from './fit-commands';

export type HelloFrame = Extract<AgentFrame, { type: 'hello' }>;
export type ChunkFrame = Extract<AgentFrame, { type: 'chunk' }>;
export type HeartbeatFrame = Extract<AgentFrame, { type: 'heartbeat' }>;

/** An item the server cannot keep, and why. */
export interface PoisonItem {
  readonly n: number;
  readonly reason: string;
  readonly item: unknown;
}

/** Why a link is ended from the server's side; travels as the reason of `bye`. */
export type CutReason = 'replaced' | 'revoked' | 'silent' | 'slow-reader';

/** What can happen to a link. `nowMs` is monotonic. */
export type LinkMessage =
  | { readonly kind: 'frame'; readonly text: string; readonly nowMs: number }
  | { readonly kind: 'binary' }
  /** `facts`: digests of the facts that are kept of the device, by name. */
  | { readonly kind: 'recorded'; readonly journalEpoch: number; readonly facts: Readonly<Record<string, string>> }
  | {
      readonly kind: 'stored';
      readonly numbers: readonly number[];
      readonly quarantined: readonly { n: number; reason: string }[];
    }
  | {
      readonly kind: 'loaded';
      readonly commands: readonly LoadedCommand[];
      readonly more: boolean;
      readonly nowMs: number;
    }
  | { readonly kind: 'time'; readonly signed: SignedTime }
  | { readonly kind: 'nudged' }
  | {
      readonly kind: 'credited';
      readonly commandId: string;
      readonly upTo: number;
      readonly leaseMs: number;
      readonly nowMs: number;
    }
  | { readonly kind: 'stopped'; readonly commandId: string }
  | { readonly kind: 'cut'; readonly reason: CutReason }
  | { readonly kind: 'draining'; readonly reconnectAfterMs: number; readonly jitterMs: number }
  | { readonly kind: 'lost' };

/** What is to be done about it, in this order. */
export type LinkEffect =
  | { readonly do: 'send'; readonly frame: ServerFrame }
  /** Close the socket once what was sent is out. */
  | { readonly do: 'close'; readonly code: number; readonly reason: string }
  /** Read no further from the socket for this long. */
  | { readonly do: 'pause'; readonly forMs: number }
  /** Write the link down; answered by `recorded`. A refused link is written to stay visible, and not answered. */
  | { readonly do: 'record-link'; readonly hello: HelloFrame; readonly protocol: number; readonly refused: boolean }
  | {
      readonly do: 'touch-link';
      readonly bootId: string | undefined;
      readonly snapdState: string;
      readonly changed: boolean;
    }
  | { readonly do: 'hold-presence' }
  | { readonly do: 'release-presence' }
  /** Answered by `time`, whenever the signer can. */
  | { readonly do: 'ask-time'; readonly nonce: string }
  /** Answered by `loaded`. */
  | { readonly do: 'load-commands'; readonly lastSequence: number }
  /** Answered by `stored`, after commit. */
  | { readonly do: 'store-items'; readonly items: readonly ReportItem[]; readonly poison: readonly PoisonItem[] }
  /** Hand it to who follows the read. */
  | { readonly do: 'relay'; readonly chunk: ChunkFrame }
  /** Tell who follows the read that nothing more comes over this link. */
  | { readonly do: 'end-stream'; readonly commandId: string; readonly reason: string }
  /** Worth counting and logging: the agent did what the protocol forbids. */
  | { readonly do: 'note'; readonly fault: LinkFault; readonly detail: string };

export type LinkFault =
  | 'bad-frame'
  | 'binary-frame'
  | 'protocol-not-spoken'
  | 'out-of-order'
  | 'too-many-frames'
  | 'too-many-unacked'
  | 'over-credit';
