/** Why a device is left out, or what a person should know. */
export interface PlanNote {
  /** Stable code. */
  readonly cause: string;
  /** In words, without the device's name. */
  readonly message: string;
}
