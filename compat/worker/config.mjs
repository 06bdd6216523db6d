/** The name of the socket that makes the suite begin. */
export const suiteSocket = 'suite';

/** The sockets at which applications answer; no behaviour has more of them at a time. */
export const placeSockets = Array.from({ length: 16 }, (_, index) => `place-${index}`);

/** The configuration of workerd, in its own language, for a bundle beside it. */
export const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "suite", worker = .suite),
    # The suite asks the Worker's own sockets.
    (name = "network", network = (allow = ["private"])),
  ],
  sockets = [
    ${[
      socket(suiteSocket, '(name = "suite")'),
      ...placeSockets.map((name) =>
        socket(name, `(name = "suite", entrypoint = "Place", props = (json = "\\"${name}\\""))`),
      ),
    ].join(',\n    ')},
  ],
);

const suite :Workerd.Worker = (
  modules = [(name = "suite.mjs", esModule = embed "bundle.mjs")],
  compatibilityDate = "2026-11-01",
  # Without it, a request's signal does not tell of a client that leaves.
  compatibilityFlags = ["enable_request_signal"],
  globalOutbound = "network",
);
`;

/**
 * A socket on a free port.
 *
 * @param {string} name
 * @param {string} service what answers there
 * @returns {string}
 */
function socket(name, service) {
  return `(name = "${name}", address = "127.0.0.1:0", http = (), service = ${service})`;
}
