/**
 * A key and the certificate it signed for itself, for `localhost` and 127.0.0.1 until the year 2120. Worthless: everybody
 * can read the key.
 */
export const certificate: { readonly key: string; readonly cert: string } = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnwSNd243QOKsfQjL
y0Fl0BaJ8rKlqfZuBw/x0Pnmb52hRANCAAS8hZNRFcnxg7bQPQUIV/9XFabLaeJu
g8g9F6uEGnQUexVVQdkR1B0t6OH3iFfJhwVIbTi6g7Z+jm9TyNwjz+yF
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLyFk1EVyfGDttA9
BQhX/1cVpstp4m6DyD0Xq4QadBR7FVVB2RHUHS3o4feIV8mHBUhtOLqDtn6Ob1PI
3CPP7IWjTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBS1rzHbESqAAxK9VDDmRX0wLYpg9TAKBggqhkjOPQQD
AgNHADBEAiAUQrmuJAEZoli1pWUW2LAh79rEpew2LNiTtJIm+zB1mAIgDLOvcTjU
PgY0f0uAhy/n6sQDT4yDEyHH+wg4GagEFXA=
-----END CERTIFICATE-----
`,
};
