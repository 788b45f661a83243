package dev.lateen.istiod.translate;

import java.util.Set;

/**
 * For whom routes are made.
 *
 * @param view the proxy
 * @param gateways the names under which it is meant: {@code mesh}, or those of a gateway's Gateways
 * @param listenPort the port of the listener, 0 if it serves all; shown in the names of operations
 * @param endsTls whether its clients come with TLS
 * @param port the port that is called: matches on a port and destinations without one mean it
 */
record RouteContext(ProxyView view, Set<String> gateways, int listenPort, boolean endsTls, int port) {}
