package dev.lateen.istiod.translate.route;

import dev.lateen.istiod.translate.view.ProxyView;
import java.util.Set;

/**
 * For whom routes are made.
 *
 * @param view the proxy
 * @param gateways the names under which it is meant: {@code mesh}, or those of a gateway's Gateways
 * @param listenPort the port of the listener, 0 if it serves all; shown in the names of operations
 * @param endsTls whether its clients come with TLS
 * @param port the port that is called: matches on a port and destinations without one mean it
 * @param pod the full name of the one pod that is called of its headless service; empty for all of them
 */
record RouteContext(ProxyView view, Set<String> gateways, int listenPort, boolean endsTls, int port, String pod) {

    /** Where a host is called: a pod of a service is meant by itself also where a rule sends traffic to its service. */
    String called(String host) {
        return pod.endsWith("." + host) ? pod : host;
    }
}
