import { ASSERTION_CONTENT_TYPE, type AssertionJson } from './assertions';
import type { CallOptions, SnapdCaller } from './caller';
import type { AsyncAnswer } from './envelope';
import { multipart, type FileSource } from './multipart';
import { toRow } from './rows';

/** The device's model and serial assertions, and remodelling. */
export class Model {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * The model assertion's text.
   * @throws SnapdError kind assertion-not-found, value `model`, before the device has one
   */
  assertion(options?: CallOptions): Promise<string> {
    return this.text('/v2/model', options);
  }

  /** The model as JSON. */
  json(options?: CallOptions): Promise<AssertionJson> {
    return this.parsed('/v2/model?json=true', options);
  }

  /**
   * The serial assertion's text: public, and no proof of anything by itself.
   * @throws SnapdError kind assertion-not-found, value `serial`, until the device is registered
   */
  serial(options?: CallOptions): Promise<string> {
    return this.text('/v2/model/serial', options);
  }

  /** The serial as JSON; its body is the device's public key. */
  serialJson(options?: CallOptions): Promise<AssertionJson> {
    return this.parsed('/v2/model/serial?json=true', options);
  }

  /** Starts a remodel to the model assertion `newModel`. Nothing else may be in progress. */
  remodel(newModel: string, how: { offline?: boolean } = {}, options?: CallOptions): Promise<AsyncAnswer> {
    const json = { 'new-model': newModel, ...how };
    return this.caller.start({ method: 'POST', path: '/v2/model', json }, options);
  }

  /** Starts an offline remodel with the assertions and snaps it needs, streamed. */
  remodelFromFiles(
    newModel: string,
    files: { assertions?: readonly string[]; snaps?: readonly FileSource[] },
    options?: CallOptions,
  ): Promise<AsyncAnswer> {
    const form = multipart([
      { name: 'new-model', value: newModel },
      ...(files.assertions ?? []).map((value) => ({ name: 'assertion', value })),
      ...(files.snaps ?? []).map((file) => ({ name: 'snap', file })),
    ]);
    return this.caller.start({ method: 'POST', path: '/v2/model', ...form }, options);
  }

  /** Forgets the serial so that the device registers anew; generic and canonical classic models only. */
  async forgetSerial(how: { 'no-registration-until-reboot'?: boolean } = {}, options?: CallOptions): Promise<void> {
    await this.caller.sync({ method: 'POST', path: '/v2/model/serial', json: { action: 'forget', ...how } }, options);
  }

  private async text(path: string, options?: CallOptions): Promise<string> {
    return (await this.caller.text({ method: 'GET', path }, ASSERTION_CONTENT_TYPE, options)).text;
  }

  private async parsed(path: string, options?: CallOptions): Promise<AssertionJson> {
    return toRow<AssertionJson>(await this.caller.get(path, options), {}, { method: 'GET', path });
  }
}
