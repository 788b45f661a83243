package dev.lateen.proxy.message;

/** One proxied TCP connection as telemetry and the access log see it. Belongs to one event loop. */
public final class TcpSession extends StreamFacts {
    private String connectionTerminationDetails = "";
    private long reportedReceived;
    private long reportedSent;

    public TcpSession(ConnectionFacts connection, long startEpochMillis, long startNanos) {
        super(connection, startEpochMillis, startNanos);
    }

    /** Envoy's {@code %CONNECTION_TERMINATION_DETAILS%}, such as {@code rbac_access_denied_matched_policy[none]}. */
    public String connectionTerminationDetails() {
        return connectionTerminationDetails;
    }

    public void connectionTerminationDetails(String details) {
        connectionTerminationDetails = details;
    }

    /** Bytes from downstream since the last call. */
    public long takeUnreportedReceived() {
        long fresh = receivedBytes() - reportedReceived;
        reportedReceived = receivedBytes();
        return fresh;
    }

    /** Bytes to downstream since the last call. */
    public long takeUnreportedSent() {
        long fresh = sentBytes() - reportedSent;
        reportedSent = sentBytes();
        return fresh;
    }
}
