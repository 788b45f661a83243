package dev.lateen.proxy.telemetry;

import dev.lateen.api.identity.SpiffeId;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.Cluster.DestinationService;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds Istio's standard labels of a series (istio.io "Istio Standard Metrics"; order and words as Istio's Envoy writes them). */
final class SeriesLabels {
    private static final String UNKNOWN = "unknown";

    private final PeerMetadata local;

    /** @param local this proxy's own workload */
    SeriesLabels(PeerMetadata local) {
        this.local = local;
    }

    Labels http(SeriesKey key) {
        List<String> pairs = shared(key);
        add(pairs, "request_protocol", key.grpc() ? "grpc" : "http");
        add(pairs, "response_code", String.valueOf(key.status()));
        add(pairs, "grpc_response_status", key.grpcStatus());
        tail(pairs, key);
        return Labels.of(pairs.toArray(String[]::new));
    }

    Labels tcp(SeriesKey key) {
        List<String> pairs = shared(key);
        add(pairs, "request_protocol", "tcp");
        tail(pairs, key);
        return Labels.of(pairs.toArray(String[]::new));
    }

    private List<String> shared(SeriesKey key) {
        PeerMetadata peer = peer(key);
        PeerMetadata source = key.inbound() ? peer : local;
        PeerMetadata destination = key.inbound() ? local : peer;
        List<String> pairs = new ArrayList<>(60);
        add(pairs, "reporter", key.inbound() ? "destination" : "source");
        add(pairs, "source_workload", source.workload());
        add(pairs, "source_canonical_service", source.canonicalService());
        add(pairs, "source_canonical_revision", revision(source));
        add(pairs, "source_workload_namespace", source.namespace());
        add(pairs, "source_principal", principal(key.inbound() ? key.peerPrincipal() : key.localPrincipal()));
        add(pairs, "source_app", source.app());
        add(pairs, "source_version", source.version());
        add(pairs, "source_cluster", source.cluster());
        add(pairs, "destination_workload", destination.workload());
        add(pairs, "destination_workload_namespace", destination.namespace());
        add(pairs, "destination_principal", principal(key.inbound() ? key.localPrincipal() : key.peerPrincipal()));
        add(pairs, "destination_app", destination.app());
        add(pairs, "destination_version", destination.version());
        Service service = service(key);
        add(pairs, "destination_service", service.host());
        add(pairs, "destination_canonical_service", destination.canonicalService());
        add(pairs, "destination_canonical_revision", revision(destination));
        add(pairs, "destination_service_name", service.name());
        add(pairs, "destination_service_namespace", service.namespace(destination));
        add(pairs, "destination_cluster", destination.cluster());
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

    private void tail(List<String> pairs, SeriesKey key) {
        String flags = ResponseFlag.text(key.flags());
        add(pairs, "response_flags", flags == null ? "-" : flags);
        add(pairs, "connection_security_policy", key.inbound() ? (key.mutualTls() ? "mutual_tls" : "none") : UNKNOWN);
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
        String host = key.host().isEmpty() ? UNKNOWN : key.host();
        return new Service(host, key.clusterName().isEmpty() ? host : key.clusterName(), null);
    }

    /** {@code name;namespace;canonical-name;canonical-revision;cluster-id}; it has no app and no version. */
    private static PeerMetadata fromEndpoint(String workload, PeerMetadata fallback) {
        String[] parts = workload.split(";", -1);
        if (parts.length < 5) {
            return fallback;
        }
        return new PeerMetadata(
                or(parts[0]), or(parts[1]), or(parts[4]), or(parts[2]), or(parts[3]), UNKNOWN, UNKNOWN, Map.of());
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

    private static void add(List<String> pairs, String name, String value) {
        pairs.add(name);
        pairs.add(value);
    }
}
