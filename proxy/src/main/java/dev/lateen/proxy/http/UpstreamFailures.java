package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.transport.ConnectFailure;

/** What a client is told when the upstream side fails, with Envoy's flags and details. */
final class UpstreamFailures {
    private static final String BEFORE = "upstream connect error or disconnect/reset before headers. ";

    private UpstreamFailures() {}

    static ResponseFlag flag(StreamReset reason) {
        return switch (reason) {
            case CONNECTION_TERMINATION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case REMOTE_RESET, REMOTE_REFUSED -> ResponseFlag.UPSTREAM_REMOTE_RESET;
            case PROTOCOL_ERROR -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case LOCAL_RESET -> ResponseFlag.LOCAL_RESET;
        };
    }

    /** @param attempts how often it was tried, at least once */
    static LocalReply beforeResponse(StreamReset reason, int attempts) {
        return LocalReply.of(
                reason == StreamReset.PROTOCOL_ERROR ? 502 : 503,
                "upstream_reset_before_response_started{" + reason.words().replace(' ', '_') + "}",
                flag(reason),
                body(reason.words(), attempts));
    }

    private static String body(String reason, int attempts) {
        return BEFORE + (attempts > 1 ? "retried and the latest reset reason: " : "reset reason: ") + reason;
    }

    static String afterResponse(StreamReset reason) {
        return "upstream_reset_after_response_started{" + reason.words().replace(' ', '_') + "}";
    }

    /** As Envoy: the client gets the reason, what TLS or the system said stands in the details and so in the access log. */
    static LocalReply connect(ConnectFailure failure, int attempts) {
        if (failure.unresolved()) {
            return LocalReply.dnsFailure();
        }
        String transport = failure.transportFailureReason();
        String details = failure.resetReason() + (transport.isEmpty() ? "" : "|" + transport);
        return LocalReply.of(
                503,
                "upstream_reset_before_response_started{" + details.replace(' ', '_') + "}",
                ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                body(failure.resetReason(), attempts));
    }
}
