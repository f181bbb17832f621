const KEY = 'EAD4DbLxK_kn0gzNCXOs3kd6DeMU3f-L6BEsSEuJGBqCORR0gXkdDxMbOm11mRFu';

/** The key of developer1: the device has it from its model on. */
export const DEVELOPER_KEY = `type: account-key
authority-id: testrootorg
public-key-sha3-384: ${KEY}
account-id: developer1
name: default
since: 2016-08-11T18:42:22+02:00
body-length: 4
sign-key-sha3-384: hIedp1AvrWlcDI4uS_qjoFLzjKl5enu4G2FYJpgB3Pj-tUzGlTQBxMBsBmi-tnJR

AcbB

AcLBUgQA
`;

/**
 * The confdb schema `developer1/network`, for a recording that kept only its size: the view wifi-admin reads and writes
 * `ssid` and `private.…`, and reads `status` and `routes`.
 */
export const NETWORK_SCHEMA = `type: confdb-schema
authority-id: developer1
account-id: developer1
name: network
views:
  wifi-admin:
    rules:
      -
        request: ssid
        storage: wifi.ssid
      -
        request: private.{key}
        storage: wifi.private.{key}
      -
        access: read
        request: status
        storage: wifi.status
      -
        access: read
        request: routes
        storage: routes
timestamp: 2024-04-09T22:00:00+00:00
body-length: 2
sign-key-sha3-384: ${KEY}

{}

AcLBUgQA
`;
