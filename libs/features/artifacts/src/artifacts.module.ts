import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { ArtifactFiles } from './artifact-files';
import { ArtifactsSweep } from './artifacts-sweep.service';
import { ArtifactsService } from './artifacts.service';
import { DeviceArtifactsService } from './device-artifacts.service';

const SERVICES = [ArtifactsService, DeviceArtifactsService, ArtifactsSweep];

/**
 * Files of people and devices, for every provider of a process. The process does not start when it cannot use the directory.
 * @param directory the one that all processes of the fleet share
 */
@Module({})
export class ArtifactsModule {
  static for(directory: string): DynamicModule {
    const files = async (): Promise<ArtifactFiles> => {
      const prepared = new ArtifactFiles(directory);
      await prepared.prepare();
      return prepared;
    };
    return {
      module: ArtifactsModule,
      global: true,
      imports: [AuditModule],
      providers: [{ provide: ArtifactFiles, useFactory: files }, ...SERVICES],
      exports: SERVICES,
    };
  }
}
