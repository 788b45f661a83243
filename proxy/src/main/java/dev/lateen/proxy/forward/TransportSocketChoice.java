package dev.lateen.proxy.forward;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.TransportSocketMatch;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How connections to an endpoint are secured: {@code transport_socket_matches} of its cluster, else the cluster's own transport socket. */
public final class TransportSocketChoice {
    private TransportSocketChoice() {}

    /**
     * The first of the cluster's matches whose labels the endpoint's metadata holds, else the cluster's own transport socket.
     *
     * @param trace null when nobody asks
     * @return null for clear text
     */
    public static @Nullable UpstreamTls choose(Cluster cluster, Endpoint endpoint, @Nullable Trace trace) {
        List<TransportSocketMatch> matches = cluster.sockets().matches();
        Map<String, String> labels = endpoint.transportLabels();
        for (int i = 0; i < matches.size(); i++) {
            TransportSocketMatch match = matches.get(i);
            boolean holds = labels.entrySet().containsAll(match.labels().entrySet());
            if (trace != null) {
                tell(trace, cluster.origin().provenance(), match, labels, holds);
            }
            if (holds) {
                return match.tls();
            }
        }
        if (trace != null) {
            trace.yes(
                    Question.TRANSPORT_SOCKET,
                    cluster.name(),
                    cluster.origin().provenance(),
                    text(cluster.sockets().tls()) + ": the cluster's own");
        }
        return cluster.sockets().tls();
    }

    private static void tell(
            Trace trace, Provenance origin, TransportSocketMatch match, Map<String, String> labels, boolean holds) {
        if (holds) {
            trace.yes(
                    Question.TRANSPORT_SOCKET,
                    match.name(),
                    origin,
                    text(match.tls()) + ": the endpoint has " + match.labels());
        } else {
            trace.no(
                    Question.TRANSPORT_SOCKET,
                    match.name(),
                    origin,
                    "the endpoint's labels: " + labels + " (expected: " + match.labels() + ")");
        }
    }

    private static String text(@Nullable UpstreamTls tls) {
        return tls == null ? "clear text" : tls.settings().certificates().isEmpty() ? "TLS" : "mutual TLS";
    }
}
