package dev.lateen.api.metrics;

import java.util.Locale;

/** The labels of Istio's standard metrics; the constant's name in lower case is the label. */
public enum IstioLabel {
    /** {@code source}, {@code destination} or {@code waypoint}. */
    REPORTER,
    /** The client's workload. */
    SOURCE_WORKLOAD,
    /** The client's canonical service. */
    SOURCE_CANONICAL_SERVICE,
    /** The client's canonical revision. */
    SOURCE_CANONICAL_REVISION,
    /** The client's namespace. */
    SOURCE_WORKLOAD_NAMESPACE,
    /** The client's identity. */
    SOURCE_PRINCIPAL,
    /** The client's label {@code app}. */
    SOURCE_APP,
    /** The client's label {@code version}. */
    SOURCE_VERSION,
    /** The client's cluster. */
    SOURCE_CLUSTER,
    /** The server's workload. */
    DESTINATION_WORKLOAD,
    /** The server's namespace. */
    DESTINATION_WORKLOAD_NAMESPACE,
    /** The server's identity. */
    DESTINATION_PRINCIPAL,
    /** The server's label {@code app}. */
    DESTINATION_APP,
    /** The server's label {@code version}. */
    DESTINATION_VERSION,
    /** The host of the service. */
    DESTINATION_SERVICE,
    /** The server's canonical service. */
    DESTINATION_CANONICAL_SERVICE,
    /** The server's canonical revision. */
    DESTINATION_CANONICAL_REVISION,
    /** The short name of the service. */
    DESTINATION_SERVICE_NAME,
    /** The namespace of the service. */
    DESTINATION_SERVICE_NAMESPACE,
    /** The server's cluster. */
    DESTINATION_CLUSTER,
    /** {@code http}, {@code grpc} or {@code tcp}. */
    REQUEST_PROTOCOL,
    /** The status of the response. */
    RESPONSE_CODE,
    /** The gRPC status; only on gRPC. */
    GRPC_RESPONSE_STATUS,
    /** Envoy's response flags; a dash if none. */
    RESPONSE_FLAGS,
    /** {@code mutual_tls}, {@code none}, or {@code unknown} at the source. */
    CONNECTION_SECURITY_POLICY;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label. */
    public String label() {
        return label;
    }
}
