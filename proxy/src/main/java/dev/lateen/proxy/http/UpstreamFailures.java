package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.transport.ConnectFailure;

/** What a client is told when the upstream side fails, with Envoy's flags and details. */
final class UpstreamFailures {
    private static final String RESET = "upstream connect error or disconnect/reset before headers. reset reason: ";

    private UpstreamFailures() {}

    static ResponseFlag flag(StreamReset reason) {
        return switch (reason) {
            case CONNECTION_TERMINATION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case REMOTE_RESET, REMOTE_REFUSED -> ResponseFlag.UPSTREAM_REMOTE_RESET;
            case PROTOCOL_ERROR -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case LOCAL_RESET -> ResponseFlag.LOCAL_RESET;
        };
    }

    static LocalReply beforeResponse(StreamReset reason) {
        return switch (reason) {
            case PROTOCOL_ERROR -> LocalReply.upstreamProtocolError();
            case CONNECTION_TERMINATION -> LocalReply.upstreamReset(reason.words());
            case REMOTE_RESET, REMOTE_REFUSED, LOCAL_RESET ->
                LocalReply.of(
                        503,
                        "upstream_reset_before_response_started{"
                                + reason.words().replace(' ', '_') + "}",
                        flag(reason),
                        RESET + reason.words());
        };
    }

    static String afterResponse(StreamReset reason) {
        return "upstream_reset_after_response_started{" + reason.words().replace(' ', '_') + "}";
    }

    /** The body names the reason as Envoy's does: what TLS or the system said goes after the reset reason. */
    static LocalReply connect(ConnectFailure failure) {
        String transport = failure.transportFailureReason();
        String details = failure.resetReason() + (transport.isEmpty() ? "" : "|" + transport);
        return LocalReply.of(
                503,
                "upstream_reset_before_response_started{" + details.replace(' ', '_') + "}",
                ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                RESET + failure.getMessage());
    }
}
