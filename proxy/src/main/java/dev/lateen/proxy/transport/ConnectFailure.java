package dev.lateen.proxy.transport;

/** Why a connection to an upstream host does not stand, in Envoy's words. Carries no stack trace: it is an outcome, not a fault. */
public final class ConnectFailure extends Exception {
    /** Envoy's reset reason for a connection that was not ready in time. */
    public static final String TIMEOUT = "connection timeout";

    /** Envoy's reset reason for a connection that the other side, the network or TLS refused. */
    public static final String REMOTE = "remote connection failure";

    /** Envoy's reset reason for what this side could not do: no secret, no source address. */
    public static final String LOCAL = "local connection failure";

    /** The host's name could not be resolved; no reset reason of Envoy's, which answers such requests before there is a connection. */
    public static final String DNS = "dns resolution failure";

    private final String resetReason;
    private final String transportFailureReason;

    /**
     * @param resetReason one of this class's constants
     * @param transportFailureReason {@code %UPSTREAM_TRANSPORT_FAILURE_REASON%}, such as {@code delayed connect error: Connection refused} or
     *     {@code TLS_error:|...:TLS_error_end}; empty for a timeout
     */
    public ConnectFailure(String resetReason, String transportFailureReason) {
        super(
                transportFailureReason.isEmpty()
                        ? resetReason
                        : resetReason + ", transport failure reason: " + transportFailureReason,
                null,
                false,
                false);
        this.resetReason = resetReason;
        this.transportFailureReason = transportFailureReason;
    }

    /** What follows {@code reset reason:} in Envoy's response body. */
    public String resetReason() {
        return resetReason;
    }

    /** {@code %UPSTREAM_TRANSPORT_FAILURE_REASON%}; may be empty. */
    public String transportFailureReason() {
        return transportFailureReason;
    }

    /** Whether the host's name could not be resolved. */
    public boolean unresolved() {
        return resetReason.equals(DNS);
    }

    /** Whether the connect timeout passed. */
    public boolean timedOut() {
        return resetReason.equals(TIMEOUT);
    }
}
