-- People look for a device by its serial, whatever its brand and model.
CREATE INDEX "devices_serial_idx" ON "devices" ("serial");
