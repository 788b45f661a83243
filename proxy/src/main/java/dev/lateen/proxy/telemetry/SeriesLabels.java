package dev.lateen.proxy.telemetry;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.Cluster.DestinationService;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Builds Istio's standard labels of a series (istio.io "Istio Standard Metrics"; order and words as Istio's Envoy writes them). */
final class SeriesLabels {
    private static final String UNKNOWN = "unknown";

    private final PeerMetadata local;

    /** @param local this proxy's own workload */
    SeriesLabels(PeerMetadata local) {
        this.local = local;
    }

    /**
     * The labels of a series before any ProxyTelemetry resource.
     *
     * @param labels by name, sorted
     * @param text the same as Prometheus reads them
     */
    record Standard(Map<String, String> labels, String text) {
        Standard(Map<String, String> labels) {
            this(labels, SeriesLabels.text(labels));
        }
    }

    /** @param labels by name, sorted */
    static String text(Map<String, String> labels) {
        StringBuilder text = new StringBuilder(1024);
        labels.forEach((name, value) -> MetricsText.label(text, name, value));
        return text.toString();
    }

    Standard http(SeriesKey key) {
        Map<String, String> pairs = shared(key);
        pairs.put("request_protocol", key.grpcStatus() != null ? "grpc" : "http");
        pairs.put("response_code", String.valueOf(key.status()));
        pairs.put("grpc_response_status", key.grpcStatus() == null ? "" : key.grpcStatus());
        tail(pairs, key);
        return new Standard(pairs);
    }

    Standard tcp(SeriesKey key) {
        Map<String, String> pairs = shared(key);
        pairs.put("request_protocol", "tcp");
        tail(pairs, key);
        return new Standard(pairs);
    }

    private Map<String, String> shared(SeriesKey key) {
        PeerMetadata peer = peer(key);
        PeerMetadata source = key.inbound() ? peer : local;
        PeerMetadata destination = key.inbound() ? local : peer;
        Map<String, String> pairs = new TreeMap<>();
        pairs.put("reporter", key.inbound() ? "destination" : "source");
        pairs.put("source_workload", source.workload());
        pairs.put("source_canonical_service", source.canonicalService());
        pairs.put("source_canonical_revision", revision(source));
        pairs.put("source_workload_namespace", source.namespace());
        pairs.put("source_principal", principal(key.inbound() ? key.peerPrincipal() : key.localPrincipal()));
        pairs.put("source_app", source.app());
        pairs.put("source_version", source.version());
        pairs.put("source_cluster", source.cluster());
        pairs.put("destination_workload", destination.workload());
        pairs.put("destination_workload_namespace", destination.namespace());
        pairs.put("destination_principal", principal(key.inbound() ? key.localPrincipal() : key.peerPrincipal()));
        pairs.put("destination_app", destination.app());
        pairs.put("destination_version", destination.version());
        Service service = service(key);
        pairs.put("destination_service", service.host());
        pairs.put("destination_canonical_service", destination.canonicalService());
        pairs.put("destination_canonical_revision", revision(destination));
        pairs.put("destination_service_name", service.name());
        pairs.put("destination_service_namespace", service.namespace(destination));
        pairs.put("destination_cluster", destination.cluster());
        return pairs;
    }

    private static PeerMetadata peer(SeriesKey key) {
        PeerMetadata told = key.endpointWorkload().isEmpty() || key.peer().known()
                ? key.peer()
                : fromEndpoint(key.endpointWorkload(), key.peer());
        String namespace = namespaceOf(key.peerPrincipal());
        return namespace == null ? told : told.in(namespace);
    }

    /** The namespace of a SPIFFE identity, which is proven and so goes before what a peer says of itself. */
    private static @Nullable String namespaceOf(String spiffe) {
        return SpiffeId.parse(spiffe).map(SpiffeId::namespace).orElse(null);
    }

    private void tail(Map<String, String> pairs, SeriesKey key) {
        String flags = ResponseFlag.text(key.flags());
        pairs.put("response_flags", flags == null ? "-" : flags);
        pairs.put("connection_security_policy", key.inbound() ? (key.mutualTls() ? "mutual_tls" : "none") : UNKNOWN);
    }

    /** The destination's name: host, short name and, where known, namespace. */
    private record Service(
            String host, String name, @Nullable String given) {
        String namespace(PeerMetadata destination) {
            return given == null ? destination.namespace() : given;
        }
    }

    private static Service service(SeriesKey key) {
        DestinationService service = key.service();
        if (service != null) {
            return new Service(service.host(), service.name(), service.namespace());
        }
        String host = key.names().host().isEmpty() ? UNKNOWN : key.names().host();
        return new Service(
                host, key.names().cluster().isEmpty() ? host : key.names().cluster(), null);
    }

    /** {@code name;namespace;canonical-name;canonical-revision;cluster-id}; it has no app and no version. */
    private static PeerMetadata fromEndpoint(String workload, PeerMetadata fallback) {
        String[] parts = workload.split(";", -1);
        if (parts.length < 5) {
            return fallback;
        }
        return new PeerMetadata(or(parts[0]), or(parts[1]), or(parts[4]), or(parts[2]), or(parts[3]), UNKNOWN, UNKNOWN);
    }

    private static String or(String text) {
        return text.isEmpty() ? UNKNOWN : text;
    }

    private static String revision(PeerMetadata peer) {
        return peer.canonicalRevision().equals(UNKNOWN) ? "latest" : peer.canonicalRevision();
    }

    private static String principal(String spiffe) {
        return spiffe.isEmpty() ? UNKNOWN : spiffe;
    }
}
