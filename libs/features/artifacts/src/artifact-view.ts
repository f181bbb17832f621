/** A file as people see it. */
export interface ArtifactView {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly name: string;
  /** Who uploaded it, or the device that stored it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Of a device's file: the device, and the command it was stored for. */
  readonly deviceId: string | null;
  readonly commandId: string | null;
  /** null: kept until somebody removes it. */
  readonly expiresAt: Date | null;
  /** For role admin alone, to read and to have a device fetch it: a read that is sensitive has stored it. */
  readonly sensitive: boolean;
}

export interface ArtifactPage {
  readonly items: ArtifactView[];
  /** Where the list goes on: `<milliseconds>.<sha256>` of the last item. */
  readonly next?: string;
}
