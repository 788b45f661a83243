package dev.lateen.proxy.http.codec;

/** Why a stream ended before its message did, in Envoy's words ({@code StreamResetReason}). */
public enum StreamReset {
    /** The connection ended under it. */
    CONNECTION_TERMINATION("connection termination"),
    /** The other side reset it. */
    REMOTE_RESET("remote reset"),
    /** The other side refused it unprocessed (HTTP/2 REFUSED_STREAM, or beyond the last stream of a GOAWAY). */
    REMOTE_REFUSED("remote refused stream reset"),
    /** The other side broke the protocol. */
    PROTOCOL_ERROR("protocol error"),
    /** This side gave it up. */
    LOCAL_RESET("local reset");

    private final String words;

    StreamReset(String words) {
        this.words = words;
    }

    /** As it stands after {@code reset reason:}. */
    public String words() {
        return words;
    }
}
